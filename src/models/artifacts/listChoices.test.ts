import { expect, test } from 'vitest';
import { defaultChoices } from '../../engine/index.ts';
import type { SourceFile } from '../types.ts';
import { formatOfName } from './formatOfName.ts';
import { listChoices } from './listChoices.ts';

const file = (name: string, bytes = 10): SourceFile => ({
  name,
  bytes,
  location: { kind: 'http', url: `https://hub.example/${name}` },
});
const names = (files: readonly { readonly name: string }[]): readonly string[] => files.map(({ name }) => name);

test('a file name tells its format', () => {
  const cases = {
    'SmolLM2-135M-Instruct.Q4_1.gguf': 'Q4_1',
    'Llama-3.2-1B-Instruct-Q4_K_M.gguf': 'Q4_K_M',
    'qwen2.5-0.5b-instruct-q5_0.gguf': 'Q5_0',
    'model-IQ4_NL.gguf': 'IQ4_NL',
    'gpt-MXFP4_MOE.gguf': 'MXFP4_MOE',
    'Qwen3-0.6B-UD-Q4_K_XL.gguf': 'UD-Q4_K_XL',
    'gemma-2-2b-it-f16.gguf': 'F16',
    'x-bf16.gguf': 'BF16',
    'x.fp16.gguf': 'F16',
    'FastQ8model.gguf': '',
    'sub.Q8_0/model.safetensors': '',
  };
  expect(Object.fromEntries(Object.keys(cases).map((name) => [name, formatOfName(name)]))).toEqual(cases);
});

test('each GGUF file is a choice, smallest first; splits, projectors and statistics are refused by name', () => {
  const { choices, refused } = listChoices([
    file('README.md'),
    file('m.Q8_0.gguf', 80),
    file('m.Q4_0.gguf', 40),
    file('mmproj-m-f16.gguf', 5),
    file('m.imatrix.gguf', 5),
    file('m.F16-00001-of-00002.gguf', 70),
  ]);
  expect(choices.map(({ id, format, downloadBytes }) => [id, format, downloadBytes])).toEqual([
    ['m.Q4_0.gguf', 'Q4_0', 40],
    ['m.Q8_0.gguf', 'Q8_0', 80],
  ]);
  expect(choices[0]?.packings).toEqual([{ weights: 'stored', embedding: 'stored', head: 'stored' }]);
  expect(refused.map(({ name, reason }) => [name, reason])).toEqual([
    ['mmproj-m-f16.gguf', 'not-a-model'],
    ['m.imatrix.gguf', 'not-a-model'],
    ['m.F16-00001-of-00002.gguf', 'split-gguf'],
  ]);
});

test('a folder is taken with its index, shards and tokenizer, and with nothing else', () => {
  const folder = [
    'config.json',
    'generation_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'chat_template.jinja',
    'chat_template.json',
    'model.safetensors.index.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
  ];
  const beside = ['pytorch_model.bin', 'consolidated.safetensors', 'vocab.json', 'onnx/model.onnx', 'README.md'];
  const { choices, refused } = listChoices([...folder, ...beside].map((name) => file(name)));
  expect(choices).toHaveLength(1);
  expect(choices[0]).toMatchObject({ id: 'safetensors', container: 'safetensors', downloadBytes: 90 });
  expect(names(choices[0]?.files ?? []).toSorted()).toEqual(folder.toSorted());
  expect(choices[0]?.packings.map(({ weights }) => weights)).toEqual(['q8_0', 'q4_0', 'f16', 'stored']);
  expect(choices[0]?.packings[0]).toEqual(defaultChoices({ container: 'safetensors' }));
  expect(refused).toEqual([]);
});

test('of two files of one name the last counts', () => {
  const { choices } = listChoices([file('m.gguf', 1), file('m.gguf', 2)]);
  expect(choices.map(({ downloadBytes }) => downloadBytes)).toEqual([2]);
});

test('one file of weights is enough; a missing shard and weights of another kind are said', () => {
  expect(listChoices([file('a/config.json'), file('a/weights.safetensors')]).choices[0]?.id).toBe('a/');
  const missing = listChoices([
    file('config.json'),
    file('model.safetensors.index.json'),
    file('model-00001-of-00003.safetensors'),
    file('model-00003-of-00003.safetensors'),
  ]);
  expect(missing.choices).toEqual([]);
  expect(missing.refused.map(({ reason }) => reason)).toEqual(['shard-missing']);
  const other = listChoices([file('config.json'), file('pytorch_model.bin')]);
  expect(other.choices).toEqual([]);
  expect(other.refused.map(({ reason }) => reason)).toEqual(['not-safetensors']);
  expect(listChoices([file('config.json'), file('adapter_model.safetensors')]).choices).toEqual([]);
});
