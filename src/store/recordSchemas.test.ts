import { expect, test } from 'vitest';
import { recordFault } from './recordSchemas.ts';

const message = () => ({
  id: 'm',
  chatId: 'c',
  role: 'assistant',
  content: 'Lyon.',
  createdAt: 1,
  state: 'done',
  influence: {
    attribution: {
      method: 'dual-ridge-int8-sketch',
      evaluation: { method: 'source-recovery', questions: 9, firstIsSource: 4, sourceInFive: 6 },
      threshold: 0.5,
      chancePpm: 1_000,
      placeboCount: 3,
      influentialCount: 1,
      rows: [
        {
          row: 0,
          account: '0xaa',
          rowHash: 'ab',
          contribution: 'towns',
          position: 0,
          prompt: 'Where?',
          response: 'Lyon.',
          influence: 0.7,
          influential: true,
          verbatimBits: 41.5,
          ppm: 600_000,
        },
      ],
      spans: [{ start: 0, end: 8, bits: 41.5, count: 1, rows: [0] }],
      contributors: [{ account: '0xaa', ppm: 1_000_000 }],
      evidence: [{ account: '0xaa', ppm: 600_000 }],
      unattributedPpm: 400_000,
    },
    spanTexts: ['Lyon.'],
    index: {
      rowCount: 10,
      placeboCount: 3,
      sketchSize: 4_096,
      policy: {
        channelsPpm: [600_000, 200_000, 200_000],
        placeboPercent: 95,
        capPpm: 1_000_000,
        minimumSpanTokens: 8,
        minimumSpanBits: 40,
      },
      evaluation: null,
    },
    names: { '0xaa': 'Ada' },
    manyTurns: false,
  },
});
type Message = ReturnType<typeof message>;
const placeOf = (record: unknown): string | undefined => recordFault('messages', record);

test('what the influence panel shows passes, also as earlier versions stored it', () => {
  expect(placeOf(message())).toBeUndefined();
  const { evidence: _evidence, chancePpm: _chance, ...earlier } = message().influence.attribution;
  expect(placeOf({ ...message(), influence: { ...message().influence, attribution: earlier } })).toBeUndefined();
});

const at = 'influence.attribution.';
test.each<[string, (influence: Message['influence']) => unknown, string]>([
  [
    'an influence without end',
    ({ attribution }) => Object.assign(attribution.rows[0] ?? {}, { influence: 1 / 0 }),
    `${at}rows.0.influence`,
  ],
  [
    'a row without a text',
    ({ attribution }) => Object.assign(attribution.rows[0] ?? {}, { response: 1 }),
    `${at}rows.0.response`,
  ],
  [
    'a share above everything',
    ({ attribution }) => Object.assign(attribution.contributors[0] ?? {}, { ppm: 1_000_001 }),
    `${at}contributors.0.ppm`,
  ],
  ['evidence that is a text', ({ attribution }) => Object.assign(attribution, { evidence: 'all' }), `${at}evidence`],
  [
    'half a share of evidence',
    ({ attribution }) => Object.assign(attribution.evidence[0] ?? {}, { ppm: 0.5 }),
    `${at}evidence.0.ppm`,
  ],
  [
    'a span that ends where it starts',
    ({ attribution }) => Object.assign(attribution.spans[0] ?? {}, { end: 0 }),
    `${at}spans.0`,
  ],
  [
    'a span in no row',
    ({ attribution }) => Object.assign(attribution.spans[0] ?? {}, { rows: [-1] }),
    `${at}spans.0.rows.0`,
  ],
  ['a span without its text', (influence) => influence.spanTexts.pop(), 'influence'],
  ['a policy of two channels', ({ index }) => index.policy.channelsPpm.pop(), 'influence.index.policy.channelsPpm.2'],
  ['a name that is a number', ({ names }) => Object.assign(names, { '0xaa': 1 }), 'influence.names.0xaa'],
])('%s is refused', (_, change, place) => {
  const damaged = message();
  change(damaged.influence);
  expect(placeOf(damaged)).toBe(place);
});
