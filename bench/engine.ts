// Tokens a second of the embedded model and of SmolLM2, on Dawn in Node and in Chromium, on WebGPU and on the processor. On a
// machine without a graphics card WebGPU is SwiftShader: the figures then compare versions of this engine, not devices.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import type { DeviceChoice } from '../src/engine/index.ts';
import { dawn } from '../src/engine/webgpu/node.ts';
import { chromiumArguments, chromiumPath } from '../tools/chromium.ts';
import { chooseVulkanDriver } from '../tools/vulkanDriver.ts';
import type { Check, Row } from './benchmark.ts';
import { type Measurement, type MeasureRequest, measureModel } from './engine/measureModel.ts';

interface Subject {
  readonly name: string;
  /** From the project's root; what the development server serves too. */
  readonly file: string;
  readonly prompt: readonly number[];
  /** Golden greedy continuation of the prompt. */
  readonly expected: readonly number[];
}

export const name = 'engine';

const root = path.dirname(import.meta.dirname);
const devices: readonly DeviceChoice[] = ['gpu', 'processor'];

function goldenChat(file: string, index: number): Pick<Subject, 'prompt' | 'expected'> {
  const { chats } = JSON.parse(readFileSync(path.join(root, 'test/golden/engine', file), 'utf8')) as {
    readonly chats: readonly { readonly ids: readonly number[]; readonly greedy: readonly number[] }[];
  };
  const chat = chats[index];
  if (chat === undefined) throw new Error(`${file} has no chat ${index}.`);
  return { prompt: chat.ids, expected: chat.greedy };
}

function subjects(): Subject[] {
  const all = [
    { name: 'seedling', file: 'public/models/seedling/seedling.Q8_0.gguf', ...goldenChat('seedling.json', 0) },
    {
      name: 'SmolLM2-135M',
      file: '.cache/models/SmolLM2-135M-Instruct.Q4_1.gguf',
      ...goldenChat('smollm2/golden.json', 0),
    },
  ];
  for (const { name: model, file } of all) {
    if (!existsSync(path.join(root, file))) console.log(`${model} is not here; npm run model -- smollm2 fetches it.`);
  }
  return all.filter(({ file }) => existsSync(path.join(root, file)));
}

async function inChromium(subject: Subject, request: MeasureRequest, origin: string): Promise<Measurement> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: false, args: chromiumArguments });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(600_000);
    await page.goto(`${origin}/bench/engine/page.html`);
    return await page.evaluate(
      async ({ url, wanted, module }) => {
        const { measureModel: measure } = (await import(module)) as { measureModel: typeof measureModel };
        return await measure(await (await fetch(url)).blob(), wanted);
      },
      { url: `${origin}/${subject.file}`, wanted: request, module: `${origin}/bench/engine/measureModel.ts` },
    );
  } finally {
    await browser.close();
  }
}

export async function run(): Promise<{ rows: Row[]; checks: Check[] }> {
  chooseVulkanDriver();
  const rows: Row[] = [];
  const checks: Check[] = [];
  // No reloading while a page measures: neither for changed files nor for dependencies found late.
  const server = await createServer({
    root,
    logLevel: 'error',
    optimizeDeps: { entries: ['bench/engine/measureModel.ts'] },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  await server.listen();
  const origin = server.resolvedUrls?.local[0]?.replace(/\/$/, '') ?? '';
  const places: readonly {
    readonly place: string;
    readonly measure: (subject: Subject, request: MeasureRequest) => Promise<Measurement>;
  }[] = [
    {
      place: 'Node',
      measure: (subject, request) =>
        measureModel(new Blob([readFileSync(path.join(root, subject.file))]), request, dawn()),
    },
    { place: 'Chromium', measure: (subject, request) => inChromium(subject, request, origin) },
  ];
  try {
    for (const subject of subjects()) {
      for (const { place, measure } of places) {
        for (const device of devices) {
          const { prompt, expected } = subject;
          const result = await measure(subject, { device, prompt, steps: expected.length - 1 });
          const label = `${subject.name}, ${place}, ${result.description}`;
          rows.push(
            { name: `${label}: load`, value: result.loadMilliseconds, unit: 'ms' },
            { name: `${label}: compile`, value: result.compileMilliseconds, unit: 'ms' },
            { name: `${label}: prefill of ${prompt.length}`, value: result.prefill, unit: 'tokens/s' },
            { name: `${label}: decode of ${expected.length - 1}`, value: result.decode, unit: 'tokens/s' },
          );
          const same = expected.filter((id, index) => result.ids[index] === id).length;
          checks.push({
            name: `${label}: golden ids`,
            measured: same,
            required: `${expected.length} of ${expected.length}`,
            pass: same === expected.length,
          });
        }
      }
    }
  } finally {
    await server.close();
  }
  return { rows, checks };
}
