// The same few questions to the base alone and with the adapter: greedy, so that a difference is the adapter's.

import { splitHoldout } from '../../workflows/training/splitHoldout.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { findAdapter } from '../state/adapters.ts';
import { engine, ensureAdapter } from '../state/engine.ts';
import { collectSourceRows } from '../state/sourceRows.ts';

export interface SampleAnswer {
  readonly prompt: string;
  /** What the row says. */
  readonly response: string;
  readonly base: string;
  readonly adapter: string;
}

const longestAnswer = 48;

async function ask(prompt: string, adapterId: string | undefined, signal: AbortSignal): Promise<string> {
  let answer = '';
  const request = {
    messages: [{ role: 'user' as const, content: prompt }],
    max_tokens: longestAnswer,
    temperature: 0,
    ...(adapterId === undefined ? {} : { adapterId }),
  };
  for await (const chunk of engine().chat(request, { signal })) answer += chunk.delta;
  return answer.trim();
}

/** `count` rows spread over those trained on. */
export async function sampleRowsOf(
  run: TrainingRun,
  count: number,
  signal: AbortSignal,
): Promise<readonly { prompt: string; response: string }[]> {
  const { rows } = await collectSourceRows(run.sources, signal);
  const { trained } = splitHoldout(rows, run.settings.seed);
  return Array.from({ length: Math.min(count, trained.length) }, (_, index) => {
    const row = trained[Math.floor(((index + 0.5) * trained.length) / Math.min(count, trained.length))]?.row;
    return { prompt: row?.prompt ?? '', response: row?.response ?? '' };
  });
}

/** Asks each question twice, reporting each pair as it is there. */
export async function sampleAnswers(
  run: TrainingRun,
  count: number,
  signal: AbortSignal,
  onAnswer: (answer: SampleAnswer) => void,
): Promise<void> {
  const choice = await findAdapter(run.adapterId ?? '');
  if (choice === undefined) return;
  const questions = await sampleRowsOf(run, count, signal);
  await ensureAdapter(choice, signal);
  for (const { prompt, response } of questions) {
    const base = await ask(prompt, undefined, signal);
    const adapter = await ask(prompt, choice.id, signal);
    onAnswer({ prompt, response, base, adapter });
  }
}
