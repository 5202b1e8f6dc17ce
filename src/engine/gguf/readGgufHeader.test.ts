import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { readGgufHeader } from './readGgufHeader.ts';

const root = path.join(import.meta.dirname, '../../..');
const hostile = path.join(root, 'test/golden/engine-formats/hostile');
const cases = (
  JSON.parse(readFileSync(path.join(hostile, 'cases.json'), 'utf8')) as {
    file: string;
    expected: string;
    reason: string;
  }[]
).filter(({ file }) => file.endsWith('.gguf'));
const open = (name: string) => readGgufHeader({ name, blob: new Blob([readFileSync(path.join(hostile, name))]) });
// A container reader may accept these; the model loader refuses them (openGguf.test.ts).
const forTheLoader = ['architecture-missing.gguf', 'architecture-wrong-type.gguf'];

describe('readGgufHeader', () => {
  const refused = cases.filter(({ file, expected }) => expected === 'refuse' && !forTheLoader.includes(file));
  test('there are hostile files', () => expect(refused.length).toBeGreaterThan(35));

  test.each(refused)('refuses $file: $reason', async ({ file }) => {
    const error = await open(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TributaryError);
    const { code, facts } = error as TributaryError;
    expect(['GGUF_INVALID', 'GGUF_TRUNCATED']).toContain(code);
    expect(facts['file']).toBe(file);
    expect(facts['offset']).toBeTypeOf('number');
  });

  test.each(cases.filter(({ expected }) => expected !== 'refuse'))('reads $file', async ({ file }) => {
    const { tensors } = await open(file);
    expect(tensors.size).toBe(file === 'valid-no-tensors.gguf' ? 0 : 1);
  });

  test('reads a header longer than its first range', async () => {
    const bytes = readFileSync(path.join(root, 'public/models/seedling/seedling.Q8_0.gguf'));
    // A long first key-value moves the rest of the header past the first MiB, and the data by a multiple of 32.
    const pairOf = (text: string): Buffer =>
      Buffer.concat([u64(3), Buffer.from('pad'), u32(8), u64(text.length), Buffer.from(text)]);
    const longText = 'x'.repeat(3 << 20);
    const pair = pairOf(longText + 'x'.repeat((32 - (pairOf(longText).length % 32)) % 32));
    const keyCount = bytes.readBigUInt64LE(16);
    const file = Buffer.concat([bytes.subarray(0, 16), u64(Number(keyCount) + 1), pair, bytes.subarray(24)]);
    const { metadata, tensors } = await readGgufHeader({ name: 'padded', blob: new Blob([file]) });
    expect(metadata.get('general.architecture')).toEqual({ type: 'string', value: 'llama' });
    expect(tensors.size).toBe(74);
    expect(tensors.get('token_embd.weight')?.shape).toEqual([4096, 256]);
  });
});

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
