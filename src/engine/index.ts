// The engine's public surface: runs and trains decoder models on a GPU, in a browser worker or in Node. Everything else in this
// folder is private. Node programs open Dawn with `webgpu/node.ts`, which browsers must not bundle.
export { type AdapterFile, readAdapter } from './adapter/readAdapter.ts';
export type { Backend, Counters, OperatorTime, Tensor, Weight } from './backend.ts';
export { answerChat } from './chat/answerChat.ts';
export { type ChatSettings, checkChatRequest } from './chat/checkChatRequest.ts';
export { createChatCompletions } from './chat/createChatCompletions.ts';
export { createGrammars, type Grammars } from './chat/createGrammars.ts';
export { createStopScanner } from './chat/stopScanner.ts';
export { tokenFields } from './chat/tokenFields.ts';
export type * from './chat/types.ts';
export { createEngineService, type EngineServiceOptions } from './createEngineService.ts';
export { createSession, type Session } from './model/createSession.ts';
export type { LoadedModel } from './model/decoderWeights.ts';
export { type AdapterModule, type DeviceAdapter, uploadAdapter } from './model/deviceAdapter.ts';
export { type LoadModelOptions, loadModel } from './model/loadModel.ts';
export type { ModelConfig } from './modelConfig.ts';
export type { ModelFile, NamedBlob, SourceFile } from './modelFile.ts';
export { type OpenBackendOptions, type OpenedBackend, openBackend } from './openBackend.ts';
export { openModelFile } from './openModelFile.ts';
export {
  defaultChoices,
  type QuantizationChoice,
  type QuantizationChoices,
  storedChoices,
} from './quant/quantizationChoices.ts';
export { createReferenceBackend } from './reference/createReferenceBackend.ts';
export { type GenerateOptions, generate } from './sampling/generate.ts';
export { type FinishReason, type Sequence, sampleTokens } from './sampling/sampleTokens.ts';
export { seededRandom } from './sampling/seededRandom.ts';
export type * from './service.ts';
export { openTokenizer, type TextTokenizer } from './tokenizer/openTokenizer.ts';
export {
  type PerSampleGradients,
  perSampleGradients,
  type RowGradient,
  rowGradient,
} from './train/perSampleGradients.ts';
export { train } from './train/train.ts';
export { type ConvertModelOptions, convertModel, type PackedPiece } from './tribpack/convertModel.ts';
export { type PackedSize, packedSize } from './tribpack/packedSize.ts';
export type * from './variantReport.ts';
export { type AcquiredDevice, acquireDevice } from './webgpu/acquireDevice.ts';
export { createWebGpuBackend } from './webgpu/createWebGpuBackend.ts';
export { deviceReport } from './webgpu/deviceReport.ts';
