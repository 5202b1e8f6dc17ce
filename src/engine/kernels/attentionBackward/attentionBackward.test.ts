import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../reference/createReferenceBackend.ts';
import { dawnBackend } from '../../testing/agreement.ts';
import { relativeError } from '../../testing/relativeError.ts';
import { runOperator } from '../../testing/runOperator.ts';
import { f32, type GoldenCase, goldenCases } from '../../testing/trainingGolden.ts';
import { attentionBackwardKeyValue, attentionBackwardQuery, attentionStatistics } from './attentionBackward.ts';

/** First key of each row: the start of its segment or of its window. Two rows of padding follow. */
function startsOf(segments: readonly number[], window: number | null): Uint32Array<ArrayBuffer> {
  const starts = segments.map((segment, row) =>
    Math.max(segments.indexOf(segment), window === null ? 0 : row - window + 1),
  );
  return Uint32Array.from([...starts, 0xffffffff, 0xffffffff]);
}

async function errors(golden: GoldenCase, onDevice: boolean): Promise<number[]> {
  const backend = onDevice ? await dawnBackend() : createReferenceBackend();
  const { query_heads: heads, kv_heads: keyValueHeads, width, segments, window } = golden.parameters;
  const rows = segments.length;
  const constants = { capacity: rows + 2, heads, keyValueHeads, width, scale: 1 / Math.sqrt(width) };
  const inputs = {
    starts: startsOf(segments, window),
    query: f32(golden, 'q'),
    key: f32(golden, 'k'),
    outputGradient: f32(golden, 'dy'),
  };
  const first = { ...inputs, output: f32(golden, 'y'), statistics: new Float32Array(rows * heads * 2) };
  const statistics = await runOperator(backend, attentionStatistics, first, constants, rows, 'statistics');
  const second = { ...inputs, value: f32(golden, 'v'), statistics };
  const queryData = { ...second, queryGradient: new Float32Array(rows * heads * width) };
  const size = rows * keyValueHeads * width;
  const keyData = { ...second, keyGradient: new Float32Array(size), valueGradient: new Float32Array(size) };
  const query = await runOperator(backend, attentionBackwardQuery, queryData, constants, rows, 'queryGradient');
  const key = await runOperator(backend, attentionBackwardKeyValue, keyData, constants, rows, 'keyGradient');
  const value = await runOperator(backend, attentionBackwardKeyValue, keyData, constants, rows, 'valueGradient');
  // A gradient that is exactly zero (with one key, softmax is constant) is compared relative to the upstream gradient.
  const scaleOf = (name: string): number => Math.max(...Array.from(golden.tensors[name] ?? [], Math.abs));
  const error = (actual: typeof query, name: string): number =>
    scaleOf(name) < 1e-9
      ? Math.max(...Array.from(actual, Math.abs)) / scaleOf('dy')
      : relativeError(actual, golden.tensors[name] ?? []);
  return [error(query, 'dq'), error(key, 'dk'), error(value, 'dv')];
}

describe('attentionBackward', () => {
  it.each(goldenCases('gqa'))('matches the golden gradients of $file', async (golden) => {
    for (const onDevice of [false, true]) {
      expect(Math.max(...(await errors(golden, onDevice)))).toBeLessThan(2e-5);
    }
  });
});
