// One engine in its own page. `inChromium.ts` opens the page and calls `measureInPage`.
import { openModelFile } from '../../src/engine/index.ts';
import { type Bandwidth, copyBandwidth } from './copyBandwidth.ts';
import type { Decoder } from './decoders/decoder.ts';
import { type Ort, openOnnxRuntime } from './decoders/onnxRuntime.ts';
import { openWllama, type WllamaPackage } from './decoders/wllama.ts';
import { type Measurement, measureDecoder, type ProcessorClock } from './measureDecoder.ts';
import { measureTributary, type TributaryMeasurement, type TributaryRequest } from './measureTributary.ts';

export type PageEngine =
  | { readonly name: 'tributary'; readonly device: 'gpu' | 'cpu' }
  | { readonly name: 'wllama'; readonly backend: 'webgpu' | 'wasm' }
  | { readonly name: 'onnxruntime'; readonly provider: 'webgpu' | 'wasm'; readonly graph: string };

export type PageRequest =
  | { readonly kind: 'copy' }
  | {
      readonly kind: 'decoder';
      readonly engine: PageEngine;
      /** URL paths of the model, and of the folder with the peers' packages. */
      readonly file: string;
      readonly peers: string;
      readonly contextLength: number;
      readonly measure: TributaryRequest;
    };

declare global {
  interface Window {
    /** Injected by the program that opened the page. */
    readonly childProcessorSeconds: () => Promise<number | undefined>;
  }
}

const clock: ProcessorClock = () => window.childProcessorSeconds();

/** The file as an app stores it: fetched the first time, then read from the origin's private file system. */
async function storedFile(url: string): Promise<Blob> {
  const folder = await navigator.storage.getDirectory();
  const name = url.slice(url.lastIndexOf('/') + 1);
  for await (const key of folder.keys()) {
    if (key === name) return await (await folder.getFileHandle(name)).getFile();
  }
  const { body } = await fetch(url);
  const handle = await folder.getFileHandle(name, { create: true });
  await body?.pipeTo(await handle.createWritable());
  return await handle.getFile();
}

async function importPackage<Package>(url: string): Promise<Package> {
  // The variable stops the development server from treating the package as its own source.
  return (await import(/* @vite-ignore */ url)) as Package;
}

async function openPeer(
  engine: Exclude<PageEngine, { name: 'tributary' }>,
  request: PageRequest & { kind: 'decoder' },
): Promise<Decoder> {
  const { file, peers, contextLength, measure } = request;
  const blob = await storedFile(file);
  if (engine.name === 'wllama') {
    const folder = `${peers}/@wllama/wllama/esm`;
    return await openWllama({
      package: await importPackage<WllamaPackage>(`${folder}/index.js`),
      wasm: `${folder}/wasm/wllama.wasm`,
      backend: engine.backend,
      model: blob,
      contextLength,
      steps: Math.max(measure.steps, measure.answerLength),
    });
  }
  const { provider, graph } = engine;
  const folder = `${peers}/onnxruntime-web/dist`;
  const ort = await importPackage<Ort & { readonly env: { readonly wasm: Record<string, unknown> } }>(
    `${folder}/ort.${provider}.bundle.min.mjs`,
  );
  ort.env.wasm['wasmPaths'] = `${location.origin}${folder}/`;
  ort.env.wasm['numThreads'] = navigator.hardwareConcurrency;
  const model = await openModelFile([{ name: file, blob }]);
  const bytes = new Uint8Array(await (await storedFile(graph)).arrayBuffer());
  return await openOnnxRuntime({ ort, graph: bytes, provider, activations: 'float32', model });
}

export async function measureInPage(request: PageRequest): Promise<Bandwidth | Measurement | TributaryMeasurement> {
  if (request.kind === 'copy') return await copyBandwidth();
  const { engine, file, contextLength, measure } = request;
  if (engine.name !== 'tributary') {
    return (await measureDecoder(() => openPeer(engine, request), measure, clock)).measurement;
  }
  const { device } = engine;
  return await measureTributary({ device, model: () => storedFile(file), contextLength }, measure, clock);
}
