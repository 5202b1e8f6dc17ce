// The short form of `npm run faults -- decoders`, with a new seed each time; memory and endless work are judged by the long form.
import { describe, expect, test } from 'vitest';
import { seed } from '../support/seed.ts';
import { decoders } from './decoders/index.ts';
import { faultOf, openExamples, stringOf } from './decoders/tryDecoder.ts';

const RUNS = 120;

describe(`strings of seed ${seed}`, () => {
  test.each(decoders.map((decoder) => [decoder.name, decoder] as const))('%s', async (name, decoder) => {
    const examples = await openExamples(decoder);
    for (const bytes of examples.list) expect(await faultOf(decoder, new Uint8Array(bytes))).toBeUndefined();
    for (let run = 0; run < Math.ceil(RUNS * (decoder.share ?? 1)); run += 1) {
      const fault = await faultOf(decoder, await stringOf(decoder, examples, seed, run));
      expect(fault, `npm run faults -- decoders/${name} --seed ${seed} --first ${run} --runs 1`).toBeUndefined();
    }
  });
});
