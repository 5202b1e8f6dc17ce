import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../lib/errors.ts';
import { openSafetensors } from './openSafetensors.ts';
import { writeSafetensors } from './writeSafetensors.ts';

const hostile = path.join(import.meta.dirname, '../../../test/golden/engine-formats/hostile');
const cases = JSON.parse(readFileSync(path.join(hostile, 'cases.json'), 'utf8')) as {
  file: string;
  expected: string;
  reason: string;
}[];
const open = (name: string) => openSafetensors({ name, blob: new Blob([readFileSync(path.join(hostile, name))]) });

describe('openSafetensors', () => {
  const refused = cases.filter(({ file, expected }) => file.endsWith('.safetensors') && expected === 'refuse');
  test('the hostile files are present', () => expect(refused.length).toBeGreaterThan(25));

  test.each(refused)('refuses $file: $reason', async ({ file }) => {
    const error = await open(file).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TributaryError);
    const { code, facts } = error as TributaryError;
    expect(['SAFETENSORS_INVALID', 'SAFETENSORS_TRUNCATED']).toContain(code);
    expect(facts['file']).toBe(file);
    expect(facts['place']).toMatch(/tensor|byte|header|character/);
  });

  // The file with 10,000 tensors is generated below instead of stored.
  const odd = cases.filter(
    ({ file, expected }) => file.endsWith('.safetensors') && expected !== 'refuse' && !file.includes('10000'),
  );
  test.each(odd)('loads $file', async ({ file }) => {
    const { tensors } = await open(file);
    for (const tensor of tensors.values()) {
      const { byteLength, shape } = tensor;
      expect((await tensor.read()).byteLength).toBe(byteLength);
      expect((await tensor.readRows(0, shape[0] ?? 1)).byteLength).toBe(byteLength);
    }
  });

  test('loads 10,000 tensors of one element', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      name: `t${index}`,
      dtype: 'F32' as const,
      shape: [1],
      data: Float32Array.of(index),
    }));
    const { tensors } = await openSafetensors({ name: 'many', blob: new Blob([writeSafetensors(many)]) });
    expect(tensors.size).toBe(10_000);
    expect(new Float32Array((await tensors.get('t9999')?.read())?.buffer as ArrayBuffer)[0]).toBe(9999);
  });

  test.each([
    [
      'a tensor',
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}',
    ],
    ['a field', '{"a":{"dtype":"U8","dtype":"I8","shape":[2],"data_offsets":[0,2]}}'],
    ['a metadata key', '{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}'],
  ])('%s that is named twice is refused, also where the bytes would fit', async (_, header) => {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
    const blob = new Blob([length, header, Uint8Array.of(1, 2)]);
    await expect(openSafetensors({ name: 'twice', blob })).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
  });

  test('a tensor may be called __proto__', async () => {
    const { tensors } = await open('valid-proto-name.safetensors');
    expect([...tensors.keys()].sort()).toContain('__proto__');
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined();
  });

  test('reads what writeSafetensors wrote, whose bytes do not depend on the order', async () => {
    const a = { name: 'b', dtype: 'F32' as const, shape: [2, 1], data: Float32Array.of(1.5, -2) };
    const b = { name: 'a"é', dtype: 'U8' as const, shape: [3], data: Uint8Array.of(1, 2, 3) };
    const bytes = writeSafetensors([a, b], { format: 'pt' });
    expect(writeSafetensors([b, a], { format: 'pt' })).toEqual(bytes);
    const { tensors, metadata } = await openSafetensors({ name: 'x', blob: new Blob([bytes]) });
    expect(metadata.get('format')).toBe('pt');
    expect(tensors.get('b')?.shape).toEqual([2, 1]);
    expect(await tensors.get('a"é')?.read()).toEqual(Uint8Array.of(1, 2, 3));
    expect(new Float32Array((await tensors.get('b')?.read())?.buffer as ArrayBuffer)).toEqual(Float32Array.of(1.5, -2));
  });

  test('an aborted read does not read', async () => {
    const { tensors } = await open('valid-scalar.safetensors');
    await expect(tensors.get('a')?.read(AbortSignal.abort())).rejects.toThrow();
  });
});
