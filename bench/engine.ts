// Tokens per second, side by side with other engines: ours on Dawn against llama.cpp and ONNX Runtime on the same Vulkan device,
// ours in Chromium against ONNX Runtime there, a plain copy kernel as the limit. One engine at a time, each in its own process or
// browser, with the same weights. `--quick`: once, from warm caches. `--only=<text>`: only contenders and models whose label
// contains the text.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { toTributaryError } from '../src/lib/errors.ts';
import { chooseVulkanDriver } from '../tools/vulkanDriver.ts';
import type { Check, Report, Row } from './benchmark.ts';
import { CONTEXT_LENGTH, type Contender, contenders } from './engine/contenders.ts';
import type { Bandwidth } from './engine/copyBandwidth.ts';
import { inChromium, type PageServer } from './engine/inChromium.ts';
import { inNode } from './engine/inNode.ts';
import type { Measurement } from './engine/measureDecoder.ts';
import type { KernelShare, TributaryMeasurement, TributaryRequest } from './engine/measureTributary.ts';
import { installPeers } from './engine/peers.ts';
import { promptOf, type Subject, subjects } from './engine/subjects.ts';

export const NAME = 'engine';

type Answer = (Measurement | TributaryMeasurement) & { readonly residentBytes?: number };

interface Figures {
  readonly contender: Contender;
  readonly subject: Subject;
  readonly answer: Answer;
}

const root = path.dirname(import.meta.dirname);
const scratch = path.join(root, '.cache/bench');
const PROMPT_LENGTH = 256;
/** Kernels below this fraction of the time are not listed. */
const SMALLEST_SHARE = 0.02;

/** The measurement request: all of it, or only to load and to generate a few ids. */
function measureRequest(contender: Contender, { chat, expected, compared }: Subject, quick: boolean): TributaryRequest {
  // ONNX Runtime and llama.cpp take seconds per token on SwiftShader.
  const slow = contender.place === 'Chromium' && contender.label.includes('WebGPU');
  const ours = contender.role === 'ours';
  return {
    chat,
    answerLength: slow ? 2 : (expected?.length ?? 8),
    prompt: promptOf(PROMPT_LENGTH),
    steps: slow ? 4 : 32,
    repetitions: compared ? (quick || slow ? 1 : 3) : 0,
    warmUp: !slow,
    profile: ours && compared,
    growth: ours && contender.place === 'Node' && compared && expected !== undefined && !quick ? 1_000 : 0,
  };
}

async function measure(
  contender: Contender,
  subject: Subject,
  request: TributaryRequest,
  cache: string,
  server: PageServer,
): Promise<Answer> {
  const common = { kind: 'decoder', contextLength: CONTEXT_LENGTH, measure: request } as const;
  const answer =
    contender.place === 'Node'
      ? await inNode({ ...common, engine: await contender.engine(subject), file: subject.file }, cache)
      : await server.measure(
          { ...common, engine: await contender.engine(subject), file: `/${subject.file}`, peers: server.peers },
          cache,
        );
  return answer as Answer;
}

function shareRows(label: string, phase: string, shares: readonly KernelShare[]): Row[] {
  const total = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return shares
    .filter(({ milliseconds }) => milliseconds >= SMALLEST_SHARE * total)
    .map(({ kernel, milliseconds }) => ({
      name: `${label}: ${phase}, share of ${kernel}`,
      value: (100 * milliseconds) / total,
      unit: '%',
    }));
}

function rowsOf(label: string, answer: Answer, cold: Answer | undefined): Row[] {
  const { prefill, decode, deviceBytes, residentBytes } = answer;
  const row = (what: string, value: number | undefined, unit: string): Row[] =>
    value === undefined ? [] : [{ name: `${label}: ${what}`, value, unit }];
  const perToken = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? seconds : 1_000 * seconds;
  const rows = [
    ...row('load, cold', cold?.loadMilliseconds, 'ms'),
    ...row('first token after it', cold?.firstTokenMilliseconds, 'ms'),
    ...row('load, cached', answer.loadMilliseconds, 'ms'),
    ...row('first token after a cached load', answer.firstTokenMilliseconds, 'ms'),
    ...row(`prefill of ${PROMPT_LENGTH}`, prefill?.tokensPerSecond, 'tokens/s'),
    ...row('prefill, processor time', perToken(prefill?.processorSecondsPerToken), 'ms/token'),
    ...row('decode', decode?.tokensPerSecond, 'tokens/s'),
    ...row('decode, processor time', perToken(decode?.processorSecondsPerToken), 'ms/token'),
    ...row('memory', residentBytes === undefined ? undefined : residentBytes / 1e6, 'MB'),
    ...row('device memory', deviceBytes === undefined ? undefined : deviceBytes / 1e6, 'MB'),
  ];
  if (!('weightBytes' in answer)) return rows;
  const { weightBytes, shares, growth } = answer;
  rows.push(...row('weights', weightBytes / 1e6, 'MB'));
  if (shares !== undefined) {
    rows.push(...shareRows(label, 'prefill', shares.prefill), ...shareRows(label, 'decode', shares.decode));
  }
  if (growth !== undefined) {
    const { tokens, made, deviceBytes: grown, residentBytes: residentGrowth } = growth;
    const resident = residentGrowth === undefined ? undefined : residentGrowth / 1e6;
    rows.push(
      ...row(`device memory, growth over ${tokens} tokens`, grown, 'bytes'),
      ...row(`memory, growth over ${tokens} tokens`, resident, 'MB'),
      ...row(
        `buffers, bind groups and pipelines made over ${tokens} tokens`,
        made.buffers + made.bindGroups + made.pipelines,
        '',
      ),
    );
  }
  return rows;
}

/** The fastest of a role in a place, by phase. */
function best(
  figures: readonly Figures[],
  subject: Subject,
  place: string,
  role: Contender['role'],
  phase: 'prefill' | 'decode',
): number | undefined {
  const speeds = figures
    .filter((each) => each.subject === subject && each.contender.place === place && each.contender.role === role)
    .map(({ answer }) => answer[phase]?.tokensPerSecond)
    .filter((speed) => speed !== undefined);
  return speeds.length === 0 ? undefined : Math.max(...speeds);
}

interface Judged {
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}

/** The promise of issue and README: twice the others on a software device, memory bandwidth on a real one. */
function judge(figures: readonly Figures[], copies: ReadonlyMap<string, Bandwidth>): Judged {
  const checks: Check[] = [];
  const notes: string[] = [];
  const atLeast = (label: string, measured: number, least: number, unit: string): void => {
    checks.push({ name: label, measured, required: `>= ${least}${unit}`, pass: measured >= least });
  };
  for (const { contender, subject, answer } of figures) {
    const { expected } = subject;
    // An engine that streams text returns no ids.
    if (expected === undefined || answer.answer.some((id) => id < 0)) continue;
    const same = answer.answer.filter((id, index) => id === expected[index]).length;
    const all = answer.answer.length;
    const label = `${subject.name}, ${contender.label}: golden ids`;
    const required = `${all} of ${all}`;
    if (contender.label.startsWith('ours')) checks.push({ name: label, measured: same, required, pass: same === all });
    // Others round their activations differently: worth reporting, but not a fault.
    else notes.push(`${label}: ${same} of ${all}.`);
  }
  const node = copies.get('Node');
  const softwareInNode = node?.software ?? true;
  for (const subject of new Set(figures.map((each) => each.subject))) {
    const compare = (place: string, role: Contender['role'], phase: 'prefill' | 'decode', least: number): void => {
      const ours = best(figures, subject, place, 'ours', phase);
      const theirs = best(figures, subject, place, role, phase);
      if (ours === undefined || theirs === undefined) return;
      atLeast(`${subject.name}, ${place}: ${phase} against ${role}`, ours / theirs, least, ' times');
    };
    if (softwareInNode) {
      for (const phase of ['prefill', 'decode'] as const) {
        compare('Node', 'ONNX Runtime', phase, 2);
        compare('Node', 'llama.cpp Vulkan', phase, 2);
      }
    } else compare('Node', 'llama.cpp Vulkan', 'decode', 1);
    if (copies.get('Chromium')?.software === true) compare('Chromium', 'ONNX Runtime', 'decode', 10);
    const ours = figures.find(
      ({ contender, subject: other }) => other === subject && contender.place === 'Node' && contender.role === 'ours',
    );
    if (node === undefined || ours === undefined || !('weightBytes' in ours.answer)) continue;
    const { weightBytes, decode } = ours.answer;
    if (decode === undefined) continue;
    const share = (100 * weightBytes * decode.tokensPerSecond) / node.bytesPerSecond;
    const label = `${subject.name}, Node: weights read while decoding, of the copy kernel's bandwidth`;
    if (!softwareInNode && subject.expected === undefined) atLeast(label, share, 70, ' %');
    else
      notes.push(
        `${label}: ${share.toPrecision(3)} %${softwareInNode ? '; no GPU here, so nothing is required' : ''}.`,
      );
  }
  return { checks, notes };
}

export async function run(options: readonly string[]): Promise<Report> {
  chooseVulkanDriver();
  const quick = options.includes('--quick');
  const only = options
    .find((option) => option.startsWith('--only='))
    ?.slice('--only='.length)
    .toLowerCase();
  const { present, missing } = subjects();
  const notes = [...missing];
  const peersMissing = installPeers();
  if (peersMissing !== undefined) notes.push(`The peers could not be installed: ${peersMissing}`);
  mkdirSync(scratch, { recursive: true });
  const rows: Row[] = [];
  const figures: Figures[] = [];
  const copies = new Map<string, Bandwidth>();
  const server = await inChromium();
  const started = performance.now();
  try {
    const copy = { kind: 'copy' } as const;
    const measureCopy = {
      Node: () => inNode(copy, path.join(scratch, 'copy')),
      Chromium: () => server.measure(copy, path.join(scratch, 'copy')),
    };
    for (const [place, measured] of Object.entries(measureCopy)) {
      try {
        const bandwidth = (await measured()) as Bandwidth;
        copies.set(place, bandwidth);
        rows.push({
          name: `copy kernel, ${place}, ${bandwidth.device}`,
          value: bandwidth.bytesPerSecond / 1e9,
          unit: 'GB/s',
        });
      } catch (error) {
        notes.push(`copy kernel, ${place}: ${toTributaryError(error).message}`);
      }
    }
    const software = copies.get('Node')?.software ?? true;
    for (const subject of present) {
      for (const contender of contenders) {
        const label = `${subject.name}, ${contender.label}`;
        const own = contender.label.startsWith('ours');
        if (only !== undefined && !label.toLowerCase().includes(only)) continue;
        if (!own && (!subject.compared || peersMissing !== undefined)) continue;
        if (contender.realDeviceOnly === true && software) continue;
        // On SwiftShader the larger model takes others half a minute per token.
        if (contender.place === 'Chromium' && subject.compared && subject.expected === undefined) continue;
        const cache = path.join(scratch, label.replaceAll(/[^\w.-]+/g, '-'));
        const request = measureRequest(contender, subject, quick);
        console.log(`${label} ...`);
        try {
          let cold: Answer | undefined;
          if (!quick) {
            rmSync(cache, { recursive: true, force: true });
            cold = await measure(
              contender,
              subject,
              { ...request, repetitions: 0, profile: false, growth: 0 },
              cache,
              server,
            );
          }
          const answer = await measure(contender, subject, request, cache, server);
          figures.push({ contender, subject, answer });
          const speed = (phase: 'prefill' | 'decode'): string =>
            answer[phase]?.tokensPerSecond.toPrecision(3) ?? 'none';
          console.log(`  prefill ${speed('prefill')}, decode ${speed('decode')} tokens/s`);
          notes.push(`${label}: computed by ${answer.device}.`);
          rows.push(...rowsOf(label, answer, cold));
        } catch (error) {
          notes.push(`${label}: ${toTributaryError(error).message}`);
        }
      }
    }
  } finally {
    await server.close();
  }
  rows.push({ name: 'the whole benchmark', value: (performance.now() - started) / 1_000, unit: 's' });
  const judged = judge(figures, copies);
  return { rows, checks: judged.checks, notes: [...notes, ...judged.notes] };
}
