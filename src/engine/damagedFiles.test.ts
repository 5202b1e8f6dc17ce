// Files with random bytes changed or cut off: each is opened or refused with a typed error that says where, never
// anything else. The damage comes from a fixed seed, so a failure can be reproduced.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { concatBytes } from '../lib/bytes.ts';
import { TributaryError } from '../lib/errors.ts';
import { openModelFile } from './openModelFile.ts';
import { defaultChoices } from './quant/quantizationChoices.ts';
import { openSafetensors } from './safetensors/openSafetensors.ts';
import { goldenModel } from './testing/goldenModel.ts';
import { convertModel } from './tribpack/convertModel.ts';

const golden = path.join(import.meta.dirname, '../../test/golden/engine-formats');

/** Integers below a bound, from a linear congruential generator. */
function seededIntegers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** How many of `count` damaged copies were opened and refused; rethrows anything but a typed refusal. */
async function damage(
  bytes: Uint8Array,
  headerLength: number,
  count: number,
  open: (blob: Blob) => Promise<unknown>,
): Promise<{ opened: number; refused: number }> {
  const nextInteger = seededIntegers(7);
  const outcome = { opened: 0, refused: 0 };
  for (let round = 0; round < count; round += 1) {
    const copy = bytes.slice();
    for (let change = 0; change <= nextInteger(3); change += 1)
      copy[nextInteger(headerLength)] = nextInteger(4) === 0 ? 255 : nextInteger(256);
    const cut = nextInteger(8) === 0 ? copy.subarray(0, nextInteger(copy.length)) : copy;
    try {
      await open(new Blob([cut as Uint8Array<ArrayBuffer>]));
      outcome.opened += 1;
    } catch (error) {
      if (!(error instanceof TributaryError) || Object.keys(error.facts).length === 0) throw error;
      outcome.refused += 1;
    }
  }
  return outcome;
}

test('damaged GGUF files', async () => {
  const bytes = new Uint8Array(readFileSync(path.join(golden, 'gguf/llama.Q4_0.gguf')));
  const outcome = await damage(bytes, 700, 120, (blob) => openModelFile([{ name: 'damaged.gguf', blob }]));
  expect(outcome.refused).toBeGreaterThan(60);
});

test('damaged packed files', async () => {
  const source = await goldenModel('tiny-llama');
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of convertModel(source, defaultChoices(source))) pieces.push(bytes);
  const open = (blob: Blob): Promise<unknown> => openModelFile([{ name: 'damaged', blob }]);
  // With another magic it is a folder without a config, which is refused as well.
  const outcome = await damage(concatBytes(pieces), 6_000, 200, open);
  expect(outcome.refused).toBeGreaterThan(100);
});

test('damaged safetensors files', async () => {
  const bytes = new Uint8Array(readFileSync(path.join(golden, 'adapters/llama-plain-qv/adapter_model.safetensors')));
  const outcome = await damage(bytes, 1200, 400, (blob) => openSafetensors({ name: 'damaged.safetensors', blob }));
  expect(outcome.refused).toBeGreaterThan(200);
});
