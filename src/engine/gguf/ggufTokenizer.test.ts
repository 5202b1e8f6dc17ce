import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openTokenizer } from '../tokenizer/openTokenizer.ts';
import { ggufTokenizer } from './ggufTokenizer.ts';
import type { GgufHeader, GgufValue } from './readGgufHeader.ts';

const golden = path.join(import.meta.dirname, '../../../test/golden/engine-formats/tokenizers/llama2-metaspace');
const json = <Value>(name: string): Value => JSON.parse(readFileSync(path.join(golden, name), 'utf8')) as Value;

interface Published {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string])[];
  };
}

/** The golden tokenizer as llama.cpp's converter writes a SentencePiece model: with scores in place of merges. */
function header(changes: Readonly<Record<string, GgufValue>> = {}): GgufHeader {
  const { added_tokens: added, model } = json<Published>('tokenizer.json');
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added) tokens[id] = content;
  const rank = new Map(model.merges.map(([left, right], index) => [left + right, -index]));
  const scores = Float32Array.from(tokens, (token) => rank.get(token) ?? -1e6);
  const types = Int32Array.from(tokens, (token, id) => (id === 0 ? 2 : id < 3 ? 3 : /^<0x..>$/.test(token) ? 6 : 1));
  const metadata = new Map<string, GgufValue>([
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { type: 'array', value: tokens }],
    ['tokenizer.ggml.scores', { type: 'array', value: scores }],
    ['tokenizer.ggml.token_type', { type: 'array', value: types }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: 1 }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: 2 }],
    ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: 0 }],
    ...Object.entries(changes),
  ]);
  return { version: 3, metadata, tensors: new Map() };
}

interface TextCase {
  readonly text: string;
  readonly ids: readonly number[];
  readonly ids_with_special: readonly number[];
  readonly decoded: string;
}

test('a SentencePiece model by its scores encodes and decodes as the published tokenizer', () => {
  const tokenizer = openTokenizer(ggufTokenizer(header()) ?? { tokenizerJson: {} });
  for (const { text, ids, ids_with_special, decoded } of json<TextCase[]>('cases.json')) {
    expect({ text, ids: tokenizer.encode(text, { parseSpecial: true }) }).toEqual({ text, ids });
    expect(tokenizer.encode(text, { parseSpecial: true, addSpecial: true })).toEqual(ids_with_special);
    expect(tokenizer.decode(ids)).toBe(decoded);
  }
});

test('omits the beginning token or space if the header says so', () => {
  const off: GgufValue = { type: 'bool', value: false };
  const found = ggufTokenizer(header({ 'tokenizer.ggml.add_bos_token': off, 'tokenizer.ggml.add_space_prefix': off }));
  const tokenizer = openTokenizer(found ?? { tokenizerJson: {} });
  const ids = tokenizer.encode('river', { addSpecial: true });
  expect(ids).not.toContain(1);
  expect(tokenizer.decode(ids)).toBe('river');
});

test("Phi-3's special tokens take the white space after them, except those that only mark the text", () => {
  const named = (name: string) => {
    const found = ggufTokenizer(header({ 'general.name': { type: 'string', value: name } }));
    const added = found?.tokenizerJson['added_tokens'] as readonly { content: string; rstrip: boolean }[];
    return new Map(added.map(({ content, rstrip }) => [content, rstrip]));
  };
  expect(named('Phi-3 Mini 4k Instruct').get('</s>')).toBe(true);
  expect(named('Phi-3 Mini 4k Instruct').get('<s>')).toBe(false);
  expect(named('Llama 2').get('</s>')).toBe(false);
});

test("DeepSeek's distillations split text like Qwen2, their base", () => {
  const of = (pre: string) =>
    ggufTokenizer(
      header({
        'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
        'tokenizer.ggml.pre': { type: 'string', value: pre },
        'tokenizer.ggml.merges': { type: 'array', value: [] },
      }),
    );
  expect(of('deepseek-r1-qwen')).toEqual(of('qwen2'));
  expect(() => of('deepseek-r1-unheard')).toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
});

test.each([
  [{ 'tokenizer.ggml.scores': { type: 'array', value: new Float32Array(3) } }, 'MODEL_INVALID'],
  [{ 'tokenizer.ggml.token_type': { type: 'string', value: 'x' } }, 'MODEL_INVALID'],
  [{ 'tokenizer.ggml.tokens': { type: 'array', value: new Uint8Array(3) } }, 'MODEL_INVALID'],
  [{ 'tokenizer.ggml.model': { type: 'string', value: 'bert' } }, 'MODEL_UNSUPPORTED'],
] as [Record<string, GgufValue>, string][])('%j is refused', (change, code) => {
  expect(() => ggufTokenizer(header(change))).toThrow(expect.objectContaining({ code }));
});
