import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sourceDigest } from './sourceDigest.ts';

test('one file names a model by its own hash; several by the lines that sha256sum prints', async () => {
  const a = 'a'.repeat(64);
  const b = 'b'.repeat(64);
  expect(await sourceDigest([{ name: 'x/model.gguf', sha256: a }])).toBe(a);
  const lines = `${b}  config.json\n${a}  model.safetensors\n`;
  expect(
    await sourceDigest([
      { name: 'x/model.safetensors', sha256: a },
      { name: 'x/config.json', sha256: b },
    ]),
  ).toBe(createHash('sha256').update(lines).digest('hex'));
});
