// The worker in a real browser: the same bytes and the same shares as in Node, cancellation, and typed errors.
import { afterAll, expect, test } from 'vitest';
import type { AttributionService } from '../src/attribution/index.ts';
import { countSketch } from '../src/attribution/influence/countSketch.ts';
import { quantize } from '../src/attribution/influence/quantize.ts';
import {
  answerIdsOf,
  expectedIndexDigest,
  expectedShares,
  gradientOf,
  parameterCount,
  sampleWorld,
  seed,
  sketchSize,
} from '../src/attribution/testing/sampleWorld.ts';
import { bytesToHex } from '../src/lib/bytes.ts';
import { sha256 } from '../src/lib/hash.ts';
import { connect } from '../src/lib/rpc.ts';

const worker = new Worker(new URL('./attribution.ts', import.meta.url), { type: 'module' });
const service = connect<AttributionService>(worker);
afterAll(() => worker.terminate());

test('gives the bytes and the shares that Node gives', async () => {
  const { rows, openRows } = sampleWorld(60, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
  const index = await service.buildIndex({ rows, parameterCount, seed });
  expect(bytesToHex(sha256(index))).toBe(expectedIndexDigest);
  await service.open({ id: 'sample', index, rows: openRows });
  const { contributors } = await service.attribute({
    id: 'sample',
    gradient: gradientOf(30, 99),
    answerIds: answerIdsOf(30),
  });
  expect(contributors).toEqual(expectedShares);
});

test('stops when the caller does, and says what was wrong', async () => {
  const sketch = { codes: new Int8Array(4096).fill(1), exponent: 0 };
  const rows = Array.from({ length: 3000 }, (_, position) => ({
    prompt: String(position),
    response: '',
    account: `0x${'1'.repeat(40)}`,
    contribution: '',
    position,
    sketch,
  }));
  const controller = new AbortController();
  const running = service.buildIndex(
    { rows, parameterCount },
    { signal: controller.signal, onProgress: () => controller.abort() },
  );
  await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(service.attribute({ id: 'none', gradient: new Float32Array(1), answerIds: [] })).rejects.toMatchObject({
    code: 'ATTRIBUTION_NOT_OPEN',
  });
});
