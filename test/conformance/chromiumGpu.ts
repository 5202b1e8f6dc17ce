// WebGPU of a real Chromium for a program in Node: a `GPU` whose calls a page executes (`chromiumPage.ts`), so that the engine's
// own `acquireDevice` and `createWebGpuBackend` run unchanged and the browser compiles and runs the WGSL.
// Calls that return an object or nothing are queued and sent together; calls that return a promise wait for the page. Nothing
// here knows which methods the engine uses: a method named create..., begin... or finish returns an object.

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArguments, chromiumPath } from '../../tools/chromium.ts';
import type { PageMessage } from './chromiumPage.ts';
import { createWire, type Wire } from './chromiumWire.ts';
import { decodeFrame } from './frames.ts';

export interface ChromiumGpu {
  readonly gpu: GPU;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** The page's description of an adapter or a device. */
interface Described {
  readonly info?: object;
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

type Handle = Record<string | symbol, unknown>;

const givesObject = /^(create|begin|finish)/;
const givesPromise = /Async$|^(request|getCompilationInfo|popErrorScope|onSubmittedWorkDone)/;

/** The flags that a browser has as globals; Node has none. */
const flags = {
  GPUBufferUsage: {
    MAP_READ: 0x1,
    MAP_WRITE: 0x2,
    COPY_SRC: 0x4,
    COPY_DST: 0x8,
    INDEX: 0x10,
    VERTEX: 0x20,
    UNIFORM: 0x40,
    STORAGE: 0x80,
    INDIRECT: 0x100,
    QUERY_RESOLVE: 0x200,
  },
  GPUMapMode: { READ: 0x1, WRITE: 0x2 },
  GPUShaderStage: { VERTEX: 0x1, FRAGMENT: 0x2, COMPUTE: 0x4 },
};

/** An argument as the page reads it: handles as numbers, bytes copied, because the caller may reuse them at once. */
function packed(wire: Wire, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const handle = wire.numberOf(value);
  if (handle !== undefined) return { handle };
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
  if (Array.isArray(value)) return value.map((each) => packed(wire, each));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, packed(wire, each)]));
}

/** `writeBuffer` counts offset and size in elements of a typed array; bytes alone travel. */
function packedWrite(wire: Wire, [buffer, offset, data, first = 0, count]: readonly unknown[]): unknown[] {
  const view = ArrayBuffer.isView(data) ? data : new Uint8Array(data as ArrayBuffer);
  const element = 'BYTES_PER_ELEMENT' in view ? (view.BYTES_PER_ELEMENT as number) : 1;
  const start = view.byteOffset + (first as number) * element;
  const end = count === undefined ? view.byteOffset + view.byteLength : start + (count as number) * element;
  return [packed(wire, buffer), offset, view.buffer.slice(start, end)];
}

/** A stand-in for object `id` of the page: `own` properties are local, every other name is a method there. */
function createHandle(wire: Wire, id: number, own: Handle = {}): object {
  const handle: object = new Proxy(own, {
    get(target, name) {
      // An awaited handle is not a promise.
      if (name in target || typeof name === 'symbol' || name === 'then') return target[name];
      return (...args: unknown[]) => invoke(wire, id, name, args);
    },
  });
  wire.own(handle, id);
  return handle;
}

function invoke(wire: Wire, target: number, method: string, args: readonly unknown[]): unknown {
  const sent = method === 'writeBuffer' ? packedWrite(wire, args) : args.map((each) => packed(wire, each));
  if (givesPromise.test(method)) {
    const { id, reply } = wire.request(target, method, sent);
    return reply.then((value) => received(wire, method, id, value));
  }
  const id = wire.call(target, method, sent);
  if (method === 'createBuffer') return createBuffer(wire, id, args[0] as GPUBufferDescriptor);
  return givesObject.test(method) ? createHandle(wire, id) : undefined;
}

function received(wire: Wire, method: string, id: number, value: unknown): unknown {
  if (method === 'onSubmittedWorkDone') return undefined;
  if (value === null) return null;
  if (method === 'requestAdapter') {
    const { info, limits, features } = value as Described;
    return createHandle(wire, id, { info, limits, features: new Set(features) });
  }
  if (method === 'requestDevice') return createDevice(wire, id, value as Described);
  if (method === 'popErrorScope') return createError(value as { name: string; message: string });
  return givesObject.test(method) ? createHandle(wire, id) : value;
}

/** An error whose constructor has the name of WebGPU's, by which they are distinguished. */
function createError({ name, message }: { readonly name: string; readonly message: string }): object {
  return { message, constructor: { name } };
}

/** A mapped buffer, whose bytes are local until it is unmapped. */
function createBuffer(wire: Wire, id: number, { size, usage, label = '' }: GPUBufferDescriptor): object {
  let mapped: { readonly bytes: ArrayBuffer; readonly offset: number } | undefined;
  return createHandle(wire, id, {
    size,
    usage,
    label,
    async mapAsync(mode: number, offset = 0, length = size - offset) {
      const bytes = (await wire.request(id, 'mapAsync', [mode, offset, length]).reply) as ArrayBuffer;
      mapped = { bytes, offset };
    },
    getMappedRange(offset = 0, length?: number) {
      if (mapped === undefined) throw new Error(`The buffer ${label} is not mapped.`);
      const start = offset - mapped.offset;
      return mapped.bytes.slice(start, length === undefined ? undefined : start + length);
    },
    unmap() {
      mapped = undefined;
    },
  });
}

function createDevice(wire: Wire, id: number, { limits, features }: Described): object {
  const own: Handle = { limits, features: new Set(features), queue: createHandle(wire, -id) };
  own['lost'] = new Promise((resolve) => {
    wire.listen(id, (message) => {
      if (message.kind === 'lost') resolve({ reason: message.reason, message: message.message });
      const listener = own['onuncapturederror'] as ((event: object) => void) | undefined;
      if (message.kind === 'uncaptured') listener?.({ error: createError(message) });
    });
  });
  return createHandle(wire, id, own);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}

const page = '<!doctype html><title>Conformance</title><script type="module" src="chromiumPage.ts"></script>';
const modules = new Set(['/chromiumPage.ts', '/frames.ts']);

/** Starts a headless Chromium with the project's usual arguments; WebGPU runs on SwiftShader if there is no other device. */
export async function openChromiumGpu(): Promise<ChromiumGpu> {
  for (const [name, values] of Object.entries(flags)) {
    if (!(name in globalThis)) Object.assign(globalThis, { [name]: values });
  }
  const wire = createWire();
  const server = createServer(async (request, response) => {
    const { url = '/' } = request;
    if (url === '/batches') return wire.poll(response);
    if (url === '/messages') {
      wire.receive(decodeFrame(await bodyOf(request)) as PageMessage);
      return response.writeHead(204).end();
    }
    if (!modules.has(url)) return response.setHeader('Content-Type', 'text/html').end(page);
    const source = readFileSync(path.join(import.meta.dirname, url), 'utf8');
    return response.setHeader('Content-Type', 'text/javascript').end(stripTypeScriptTypes(source));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: false, args: chromiumArguments });
  browser.on('disconnected', () => wire.end(new Error('Chromium ended.')));
  const tab = await browser.newPage();
  tab.on('crash', () => wire.end(new Error('The page of the conformance runner crashed.')));
  tab.on('pageerror', (error) => wire.end(new Error(`The page of the conformance runner failed: ${error.message}`)));
  await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const languageFeatures = await tab.evaluate(() => [...navigator.gpu.wgslLanguageFeatures]);
  return {
    gpu: createHandle(wire, 0, { wgslLanguageFeatures: new Set(languageFeatures) }) as GPU,
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
