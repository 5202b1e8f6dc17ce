// The same few questions to the base alone and with the adapter of a run. Greedy, so that a difference is the adapter's.
import type { EngineService } from '../../engine/index.ts';
import type { Remote } from '../../lib/rpc.ts';
import type { AdapterChoice } from '../adapters/adapterChoice.ts';
import { type RowSource, textOf } from '../rows/rowSource.ts';
import type { UniqueRows } from '../rows/uniqueRows.ts';
import { splitHoldout } from './splitHoldout.ts';
import type { TrainingRun } from './trainingRun.ts';

export interface SampleAnswer {
  readonly prompt: string;
  /** As the row states it. */
  readonly response: string;
  readonly base: string;
  readonly adapter: string;
}

export interface SampleAnswersPorts {
  collectRows(sources: readonly RowSource[], signal: AbortSignal): Promise<UniqueRows>;
  findAdapter(id: string): Promise<AdapterChoice | undefined>;
  /** Loads the adapter beside its base. */
  loadAdapter(adapter: AdapterChoice, signal: AbortSignal): Promise<unknown>;
  engine(): Pick<Remote<EngineService>, 'chat'>;
}

export interface SampleAnswersParameters {
  readonly run: TrainingRun;
  readonly count: number;
  readonly signal: AbortSignal;
  readonly onAnswer: (answer: SampleAnswer) => void;
}

const MAX_ANSWER_TOKENS = 48;

/** `count` items at even distances; all of them when there are fewer. */
export function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  const taken = Math.min(count, items.length);
  return Array.from({ length: taken }, (_, index) => items[Math.floor(((index + 0.5) * items.length) / taken)] as Item);
}

/**
 * Asks the prompts of `count` trained rows, each twice, and reports each pair of answers. Asks nothing when the adapter was
 * deleted. Throws errors of the ports.
 */
export async function sampleAnswers(
  { run, count, signal, onAnswer }: SampleAnswersParameters,
  ports: SampleAnswersPorts,
): Promise<void> {
  const choice = await ports.findAdapter(run.adapterId ?? '');
  if (choice === undefined) return;
  const { rows } = await ports.collectRows(run.sources, signal);
  const { trained } = splitHoldout(rows, run.settings.seed);
  await ports.loadAdapter(choice, signal);
  const ask = async (prompt: string, adapter: { readonly adapterId?: string }): Promise<string> => {
    let answer = '';
    const request = {
      messages: [{ role: 'user' as const, content: prompt }],
      max_tokens: MAX_ANSWER_TOKENS,
      temperature: 0,
      ...adapter,
    };
    for await (const chunk of ports.engine().chat(request, { signal })) answer += chunk.delta;
    return answer.trim();
  };
  for (const { prompt, response } of spread(trained.map(textOf), count)) {
    const base = await ask(prompt, {});
    const adapter = await ask(prompt, { adapterId: choice.id });
    onAnswer({ prompt, response, base, adapter });
  }
}
