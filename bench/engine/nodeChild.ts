// One engine in its own process, so that memory, caches and threads are not shared. `inNode.ts` starts it with the request as
// its argument and receives the answer as a message.
import { openAsBlob } from 'node:fs';
import { openModelFile } from '../../src/engine/index.ts';
import { dawn } from '../../src/engine/webgpu/node.ts';
import { type Bandwidth, copyBandwidth } from './copyBandwidth.ts';
import type { Decoder } from './decoders/decoder.ts';
import { type LlamaCpp, openLlamaCpp } from './decoders/llamaCpp.ts';
import { type Ort, openOnnxRuntime } from './decoders/onnxRuntime.ts';
import { type Measurement, measureDecoder } from './measureDecoder.ts';
import { measureTributary, type TributaryMeasurement, type TributaryRequest } from './measureTributary.ts';
import { importPeer } from './peers.ts';

export type NodeEngine =
  | { readonly name: 'tributary'; readonly device: 'gpu' | 'cpu' }
  | { readonly name: 'llama.cpp'; readonly backend: 'vulkan' | 'cpu'; readonly flashAttention: boolean }
  | {
      readonly name: 'onnxruntime';
      readonly provider: 'webgpu' | 'cpu';
      readonly graph: string;
      readonly activations: 'float32' | 'float16';
    };

export type NodeRequest =
  | { readonly kind: 'copy' }
  | {
      readonly kind: 'decoder';
      readonly engine: NodeEngine;
      readonly file: string;
      readonly contextLength: number;
      readonly measure: TributaryRequest;
    };

export interface Residence {
  /** Memory of the process after measuring, and its total CPU seconds. */
  readonly residentBytes: number;
  readonly processorSeconds: number;
}

export type NodeAnswer = Bandwidth | ((Measurement | TributaryMeasurement) & Residence);

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function openPeer(
  engine: Exclude<NodeEngine, { name: 'tributary' }>,
  file: string,
  contextLength: number,
): Promise<Decoder> {
  if (engine.name === 'llama.cpp') {
    const { backend, flashAttention } = engine;
    const llamaCpp = await importPeer<LlamaCpp>('node-llama-cpp');
    return await openLlamaCpp({ package: llamaCpp, backend, flashAttention, file, contextLength });
  }
  const { provider, graph, activations } = engine;
  const ort = await importPeer<Ort>('onnxruntime-node');
  const model = await openModelFile([{ name: file, blob: await openAsBlob(file) }]);
  return await openOnnxRuntime({ ort, graph, provider, activations, model });
}

async function answer(request: NodeRequest): Promise<NodeAnswer> {
  if (request.kind === 'copy') return await copyBandwidth(dawn());
  const { engine, file, contextLength, measure } = request;
  let measurement: Measurement | TributaryMeasurement;
  if (engine.name === 'tributary') {
    const { device } = engine;
    const options = {
      device,
      gpu: device === 'gpu' ? dawn() : undefined,
      model: () => openAsBlob(file),
      contextLength,
    };
    measurement = await measureTributary(options, measure, processorSeconds, () => process.memoryUsage().rss);
  } else {
    const opened = await measureDecoder(() => openPeer(engine, file, contextLength), measure, processorSeconds);
    measurement = opened.measurement;
  }
  return { ...measurement, residentBytes: process.memoryUsage().rss, processorSeconds: processorSeconds() };
}

const result = await answer(JSON.parse(process.argv[2] ?? '') as NodeRequest);
// Engines leave threads and devices behind that need no cleanup.
process.send?.(result, () => process.exit(0));
