// Whatever a caller sends to attribution, it answers with a typed error or an answer, and an open index gives the same shares.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { codeOf, damagedRequest, outcomeOf } from '../../test/support/damagedRequest.ts';
import type { CallContext } from '../lib/rpc.ts';
import { createAttributionService } from './createAttributionService.ts';
import { defaultPolicy } from './files/defaultPolicy.ts';
import { countSketch } from './influence/countSketch.ts';
import { quantize } from './influence/quantize.ts';
import type { AttributionService } from './service.ts';
import { answerIdsOf, gradientOf, parameterCount, sampleWorld, seed, sketchSize } from './testing/sampleWorld.ts';
import type { Attribution } from './types.ts';

const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
const service = createAttributionService();
const { rows, openRows } = sampleWorld(20, (gradient) => quantize(countSketch(gradient, sketchSize, seed)));
const asked = { id: 'sample', gradient: gradientOf(5, 99), answerIds: answerIdsOf(5) };
const policy = defaultPolicy(3);
let index: Uint8Array;
let attribution: Attribution;
let receipt: Uint8Array;
const subject = { adapter: 'a', model: '', payer: '', amount: '1', timestamp: 1 };

beforeAll(async () => {
  index = await service.buildIndex({ rows, parameterCount, seed }, context);
  await service.open({ id: 'sample', index, rows: openRows }, context);
  attribution = await service.attribute(asked, context);
  const request = { id: 'sample', attribution, subject, prompt: 'p', answer: 'a', answerIds: asked.answerIds };
  receipt = (await service.createReceipt(request, context)).bytes;
});

const outcome = (method: keyof AttributionService, request: unknown): Promise<unknown> =>
  outcomeOf(() => (service[method] as (request: unknown, context: CallContext) => unknown)(request, context));

it.each<[keyof AttributionService, () => unknown, string]>([
  ['attribute', () => ({ ...asked, answerIds: ['1'] }), 'answerIds[0]'],
  ['attribute', () => ({ ...asked, gradient: [...asked.gradient] }), 'gradient'],
  ['open', () => ({ id: 'b', index, rows: [{ prompt: 'a', response: 'b' }] }), 'rows[0].responseIds'],
  ['sketch', () => ({ gradient: asked.gradient, size: Number.NaN }), 'size'],
  ['sketch', () => ({ gradient: asked.gradient, size: 131_073 }), 'size'],
  ['sketch', () => ({ gradient: asked.gradient, seed: -1 }), 'seed'],
  ['attribute', () => ({ ...asked, answerIds: [2 ** 31] }), 'answerIds[0]'],
  ['buildIndex', () => ({ rows, parameterCount: 0.5 }), 'parameterCount'],
  ['buildIndex', () => ({ rows, parameterCount: 2 ** 40 + 1 }), 'parameterCount'],
  ['buildIndex', () => ({ rows, parameterCount, seed: 2 ** 32 }), 'seed'],
  ['buildIndex', () => ({ rows, parameterCount, adapterHash: 'AB'.repeat(32) }), 'adapterHash'],
  ['buildIndex', () => ({ rows: [{ ...rows[0], position: 2 ** 31 }], parameterCount }), 'rows[0].position'],
  [
    'buildIndex',
    () => ({ rows: [{ ...rows[0], contribution: 'a'.repeat(201) }], parameterCount }),
    'rows[0].contribution',
  ],
  ['buildIndex', () => ({ rows: [{ ...rows[0], contribution: '\ud800' }], parameterCount }), 'rows[0].contribution'],
  [
    'buildIndex',
    () => ({ rows: [{ ...rows[0], sketch: { codes: Int8Array.of(-128), exponent: 0 } }], parameterCount }),
    'rows[0].sketch.codes',
  ],
  [
    'buildIndex',
    () => ({ rows: [{ ...rows[0], sketch: { codes: Int8Array.of(1), exponent: 401 } }], parameterCount }),
    'rows[0].sketch.exponent',
  ],
  ['buildIndex', () => ({ rows, parameterCount, policy: { ...policy, placeboPercent: 0 } }), 'policy.placeboPercent'],
  ['buildIndex', () => ({ rows, parameterCount, policy: { ...policy, channelsPpm: [1, 1, 1] } }), 'policy.channelsPpm'],
  [
    'buildIndex',
    () => ({
      rows,
      parameterCount,
      evaluation: { method: 'source-recovery', questions: 2, firstIsSource: 1, sourceInFive: 3 },
    }),
    'evaluation',
  ],
  [
    'createReceipt',
    () => ({
      id: 'sample',
      attribution,
      subject: { ...subject, timestamp: Number.POSITIVE_INFINITY },
      prompt: '',
      answer: '',
      answerIds: [],
    }),
    'subject.timestamp',
  ],
  [
    'createReceipt',
    () => ({
      id: 'sample',
      attribution: { ...attribution, contributors: [{ account: 'me', ppm: 1 }] },
      subject,
      prompt: '',
      answer: '',
      answerIds: [],
    }),
    'attribution.contributors[0].account',
  ],
  [
    'createReceipt',
    () => ({ id: 'sample', attribution, subject: { ...subject, amount: 1 }, prompt: '', answer: '', answerIds: [] }),
    'subject.amount',
  ],
])('%s is refused by its field %#', async (method, request, field) => {
  expect(await outcome(method, request())).toMatchObject({ code: 'REQUEST_INVALID', facts: { method, field } });
});

it('an index that was built opens', { timeout: 120_000 }, async () => {
  const damaged = damagedRequest({
    rows: rows.slice(0, 4),
    parameterCount,
    seed,
    policy,
    adapterHash: 'ab'.repeat(32),
  });
  await fc.assert(
    fc.asyncProperty(damaged, async (request) => {
      const built = await outcome('buildIndex', request);
      if (!(built instanceof Uint8Array)) return;
      expect(await outcome('open', { id: 'built', index: built, rows: [] })).toMatchObject({ id: 'built' });
    }),
    { numRuns: 300 },
  );
});

it('whatever is sent, errors are typed and the shares stay', { timeout: 120_000 }, async () => {
  const calls: Partial<Record<keyof AttributionService, object>> = {
    open: { id: 'other', index, rows: openRows.slice(0, 1) },
    attribute: asked,
    createReceipt: { id: 'sample', attribution, subject, prompt: '', answer: '', answerIds: [1] },
    verifyReceipt: {
      id: 'sample',
      receipt,
      disclosure: { salt: new Uint8Array(32), prompt: '', answer: '', answerIds: [1] },
    },
    decodeReceipt: { receipt },
    sketch: { gradient: asked.gradient, size: 16, seed: 1 },
    buildIndex: { rows: rows.slice(0, 2), parameterCount, seed },
    close: { id: 'none' },
  };
  const damaged = Object.entries(calls).map(([method, request]) =>
    fc.tuple(fc.constant(method as keyof AttributionService), damagedRequest(request)),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(...damaged), async ([method, request]) => {
      fc.pre(
        (request as { id?: unknown } | null | undefined)?.id !== 'sample' || (method !== 'open' && method !== 'close'),
      );
      const result = await outcome(method, request);
      expect(codeOf(result), JSON.stringify(result)).not.toBe('untyped');
    }),
    { numRuns: 1_000 },
  );
  expect((await service.attribute(asked, context)).contributors).toEqual(attribution.contributors);
});
