// The attribution worker's service: open indexes by id, and the pure functions on them. One call computes at a time; long ones
// yield to the event loop, so that a cancellation is received.
import { bytesToHex } from '../lib/bytes.ts';
import { checkedService } from '../lib/checkedService.ts';
import { TributaryError } from '../lib/errors.ts';
import { transfer } from '../lib/rpc.ts';
import { attribute } from './attribute.ts';
import { createReceipt } from './createReceipt.ts';
import { buildIndex } from './files/buildIndex.ts';
import { decodeReceipt } from './files/decodeReceipt.ts';
import { encodeIndex } from './files/encodeIndex.ts';
import { countSketch } from './influence/countSketch.ts';
import { quantize } from './influence/quantize.ts';
import { type OpenedIndex, openIndex, withTexts } from './openIndex.ts';
import { requestSchemas } from './requestSchemas.ts';
import type { AttributionService } from './service.ts';
import type { IndexSummary } from './types.ts';
import { verifyReceipt } from './verifyReceipt.ts';

/** Coordinates of a sketch, and the seed of its hash, unless an index says otherwise. */
const DEFAULT_SKETCH_SIZE = 4096;
const DEFAULT_SEED = 42;

function summarize(id: string, { index, texts }: OpenedIndex): IndexSummary {
  return {
    id,
    rowCount: index.trained.count,
    placeboCount: index.placebo.count,
    contributorCount: index.accounts.length,
    sketchSize: index.size,
    parameterCount: index.parameterCount,
    missingTexts: texts.filter((text) => text === undefined).length,
    adapterHash: index.adapterHash,
    root: bytesToHex(index.root),
    policy: index.policy,
    evaluation: index.evaluation,
  };
}

export function createAttributionService(): AttributionService {
  const opened = new Map<string, OpenedIndex>();

  function find(id: string): OpenedIndex {
    const index = opened.get(id);
    if (index === undefined) {
      throw new TributaryError({
        code: 'ATTRIBUTION_NOT_OPEN',
        message: 'No attribution index is open under this name.',
        facts: { id },
        hint: 'Open the index of the adapter first.',
      });
    }
    return index;
  }

  const service: AttributionService = {
    async open({ id, index, rows }, { signal, progress }) {
      const result = await openIndex({ index, rows, signal, onProgress: progress });
      opened.set(id, result);
      return summarize(id, result);
    },
    async giveTexts({ id, rows }) {
      const result = withTexts(find(id), rows);
      opened.set(id, result);
      return summarize(id, result);
    },
    async close({ id }) {
      opened.delete(id);
    },
    async attribute({ id, gradient, answerIds }) {
      return attribute(find(id), gradient, answerIds);
    },
    async createReceipt({ id, ...request }) {
      return createReceipt(find(id), request);
    },
    async verifyReceipt({ id, ...request }) {
      return verifyReceipt(find(id), request);
    },
    async decodeReceipt({ receipt }) {
      const { sketch: _sketch, verbatim: _verbatim, ...decoded } = decodeReceipt(receipt);
      return decoded;
    },
    async sketch({ gradient, size, seed }) {
      const sketch = quantize(countSketch(gradient, size ?? DEFAULT_SKETCH_SIZE, seed ?? DEFAULT_SEED));
      return transfer(sketch, [sketch.codes.buffer]);
    },
    async buildIndex({ seed, ...request }, { signal, progress }) {
      const bytes = encodeIndex(
        await buildIndex({ ...request, seed: seed ?? DEFAULT_SEED, signal, onProgress: progress }),
      );
      return transfer(bytes, [bytes.buffer]);
    },
  };
  return checkedService(service, requestSchemas);
}
