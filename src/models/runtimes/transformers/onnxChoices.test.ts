import { expect, it } from 'vitest';
import { onnxChoices } from './onnxChoices.ts';

const files = [
  { name: 'config.json', bytes: 700 },
  { name: 'tokenizer.json', bytes: 2_000 },
  { name: 'onnx/model.onnx', bytes: 10 },
  { name: 'onnx/model.onnx_data', bytes: 4_000 },
  { name: 'onnx/model.onnx_data_1', bytes: 3_000 },
  { name: 'onnx/model_q4.onnx', bytes: 1_000 },
  { name: 'onnx/model_fp16.onnx', bytes: 2_000 },
  { name: 'onnx/decoder_model_merged_q8.onnx', bytes: 9 },
  { name: 'onnx/model_q4f16.onnx_data', bytes: 5 },
];

it('offers each format whose graph is there, with the bytes of all its parts', () => {
  const choices = onnxChoices({ repository: 'a/b', revision: 'c0ffee', files, contextLength: 2_048 });
  expect(choices.map(({ id, downloadBytes, features }) => ({ id, downloadBytes, features }))).toEqual([
    { id: 'a/b@c0ffee:q4', downloadBytes: 3_700, features: [] },
    { id: 'a/b@c0ffee:fp16', downloadBytes: 4_700, features: ['shader-f16'] },
    { id: 'a/b@c0ffee:fp32', downloadBytes: 9_710, features: [] },
  ]);
  expect(choices[0]).toMatchObject({ runtime: 'transformers', webGpu: 'optional', contextLength: 2_048 });
  expect(onnxChoices({ repository: 'a/b', revision: 'main', files: files.slice(0, 2) })).toEqual([]);
});
