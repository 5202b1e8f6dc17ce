import { describe, expect, test } from 'vitest';
import type { SourceRow } from '../rows/rowSource.ts';
import { type SampleAnswer, type SampleAnswersPorts, sampleAnswers, spread } from './sampleAnswers.ts';
import { splitHoldout } from './splitHoldout.ts';
import type { TrainingRun } from './trainingRun.ts';
import { presetSettings } from './trainingSettings.ts';

const rows = Array.from({ length: 60 }, (_, position) => ({
  row: { prompt: `Where is town ${position}?`, response: `On island ${position}.` },
  rowHash: String(position).padStart(64, '0'),
})) as unknown as SourceRow[];
const run = {
  sources: [{ datanetId: 'towns', source: 'bafy', rowCount: 60 }],
  settings: presetSettings('balanced', 256),
  adapterId: 'trained-1',
} as unknown as TrainingRun;

function world(exists = true) {
  const lengths: number[] = [];
  const asked: { readonly prompt: string; readonly adapterId?: string }[] = [];
  const ports: SampleAnswersPorts = {
    collectRows: async () => ({ rows, duplicates: 0 }),
    findAdapter: async (id) => (exists ? ({ id } as never) : undefined),
    loadAdapter: async () => undefined,
    engine: () =>
      ({
        async *chat(request: {
          readonly messages: readonly { readonly content: string }[];
          readonly temperature: number;
          readonly max_tokens: number;
          readonly adapterId?: string;
        }) {
          const { messages, temperature, ...rest } = request;
          lengths.push(rest.max_tokens);
          asked.push({
            prompt: messages[0]?.content ?? '',
            ...('adapterId' in rest ? { adapterId: rest.adapterId as string } : {}),
          });
          yield { delta: ` ${temperature === 0 ? 'greedy' : 'random'}` };
          yield { delta: ' answer ' };
        },
      }) as never,
  };
  const answers: SampleAnswer[] = [];
  const start = (count: number) =>
    sampleAnswers(
      { run, count, signal: new AbortController().signal, onAnswer: (answer) => void answers.push(answer) },
      ports,
    );
  return { start, asked, answers, lengths };
}

describe('sampleAnswers', () => {
  test('asks trained rows greedily, first the base and then the adapter', async () => {
    const { start, asked, answers, lengths } = world();
    await start(2);
    expect(lengths).toStrictEqual([48, 48, 48, 48]);
    const { trained } = splitHoldout(rows, run.settings.seed);
    const [first, second] = spread(trained, 2).map(({ row }) => row);
    expect(answers).toStrictEqual([
      { ...first, base: 'greedy answer', adapter: 'greedy answer' },
      { ...second, base: 'greedy answer', adapter: 'greedy answer' },
    ]);
    expect(asked).toStrictEqual([
      { prompt: first?.prompt },
      { prompt: first?.prompt, adapterId: 'trained-1' },
      { prompt: second?.prompt },
      { prompt: second?.prompt, adapterId: 'trained-1' },
    ]);
  });

  test('asks nothing when the adapter was deleted', async () => {
    const { start, asked } = world(false);
    await start(2);
    expect(asked).toStrictEqual([]);
  });
});

test('spreads items evenly and takes all of few', () => {
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8], 3)).toStrictEqual([1, 4, 7]);
  expect(spread([0, 1], 3)).toStrictEqual([0, 1]);
  expect(spread([], 3)).toStrictEqual([]);
});
