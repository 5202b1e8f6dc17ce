// One way to time every engine: load, first token, then prompts and answers several times over. Runs in Node and in pages.
import type { Decoder } from './decoders/decoder.ts';

export interface MeasureRequest {
  /** A chat, and how many ids of the answer are compared with others'. */
  readonly chat: readonly number[];
  readonly answerLength: number;
  /** Prefilled, then extended by `steps` ids, `repetitions` times. 0: only load. */
  readonly prompt: readonly number[];
  readonly steps: number;
  readonly repetitions: number;
  /** Whether to run the prompt and its extension once before measuring: drivers compile on first use. */
  readonly warmUp: boolean;
}

export interface Phase {
  /** Tokens per second: the median of the repetitions. */
  readonly tokensPerSecond: number;
  /** Of the process, or of the browser's processes; absent if the system does not report it. */
  readonly processorSecondsPerToken?: number;
}

export interface Measurement {
  readonly device: string;
  readonly loadMilliseconds: number;
  /** From the chat's ids to the first id of the answer, in a process that has computed nothing yet. */
  readonly firstTokenMilliseconds: number;
  readonly answer: readonly number[];
  readonly prefill?: Phase;
  readonly decode?: Phase;
  readonly deviceBytes?: number;
}

/** CPU seconds of the measured processes so far; undefined if unknown. */
export type ProcessorClock = () => number | undefined | Promise<number | undefined>;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

interface Sample {
  readonly milliseconds: number;
  readonly processorSeconds: number | undefined;
}

function phase(samples: readonly Sample[], tokens: number): Phase {
  const processor = samples.map(({ processorSeconds }) => processorSeconds).filter((each) => each !== undefined);
  return {
    tokensPerSecond: (1_000 * tokens) / median(samples.map(({ milliseconds }) => milliseconds)),
    ...(processor.length === 0 ? {} : { processorSecondsPerToken: median(processor) / tokens }),
  };
}

/** Opens an engine, measures it as requested and leaves it open for more. */
export async function measureDecoder<Opened extends Decoder>(
  open: () => Promise<Opened>,
  request: MeasureRequest,
  clock: ProcessorClock,
): Promise<{ readonly decoder: Opened; readonly measurement: Measurement }> {
  const { chat, answerLength, prompt, steps, repetitions, warmUp } = request;
  const opening = performance.now();
  const decoder = await open();
  const loadMilliseconds = performance.now() - opening;
  const reading = performance.now();
  const answer = [await decoder.start(chat)];
  const firstTokenMilliseconds = performance.now() - reading;
  while (answer.length < answerLength) answer.push(await decoder.next(answer.at(-1) ?? 0));

  async function timed(work: () => Promise<void>): Promise<Sample> {
    const processorBefore = await clock();
    const before = performance.now();
    await work();
    const milliseconds = performance.now() - before;
    const processorAfter = await clock();
    const known = processorBefore !== undefined && processorAfter !== undefined;
    return { milliseconds, processorSeconds: known ? processorAfter - processorBefore : undefined };
  }

  const prefill: Sample[] = [];
  const decode: Sample[] = [];
  const first = warmUp && repetitions > 0 ? -1 : 0;
  for (let repetition = first; repetition < repetitions; repetition += 1) {
    let id = 0;
    const read = await timed(async () => {
      id = await decoder.start(prompt);
    });
    const written = await timed(async () => {
      for (let step = 0; step < steps; step += 1) id = await decoder.next(id);
    });
    if (repetition < 0) continue;
    prefill.push(read);
    decode.push(written);
  }
  const deviceBytes = await decoder.deviceBytes?.();
  const measurement: Measurement = {
    device: decoder.device,
    loadMilliseconds,
    firstTokenMilliseconds,
    answer,
    ...(repetitions === 0 ? {} : { prefill: phase(prefill, prompt.length), decode: phase(decode, steps) }),
    ...(deviceBytes === undefined ? {} : { deviceBytes }),
  };
  return { decoder, measurement };
}
