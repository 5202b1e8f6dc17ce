// Models that people bring: found on a hub, by address, by CID or on their own disk, checked before anything is downloaded, and
// converted into one file. It knows the engine's formats and no screens; where bytes are stored is handed in.
export { createModelsService } from './createModelsService.ts';
export { HUGGING_FACE_HUB } from './hub/hubAddress.ts';
export { fetchFile } from './install/fetchFile.ts';
export type { InstallRecord, PlannedFile } from './install/installRecord.ts';
export type { InstallProgress } from './install/ports.ts';
export { sourceDigest } from './install/sourceDigest.ts';
export { isSourceName, lockOf, storedNames } from './install/storedNames.ts';
export { readRemote } from './remote/readRemote.ts';
export type { RequestOptions } from './remote/sendRequest.ts';
export { judgeFit } from './requirements/judgeFit.ts';
export { keptBytes } from './runtimes/keptBytes.ts';
export { type MissingNeed, missingNeeds } from './runtimes/missingNeeds.ts';
export { runtimeCapabilities } from './runtimes/runtimeCapabilities.ts';
export { onnxChoices } from './runtimes/transformers/onnxChoices.ts';
export type * from './runtimes/types.ts';
export type * from './service.ts';
export { offerOfFiles } from './sources/offerOfFiles.ts';
export type * from './types.ts';
