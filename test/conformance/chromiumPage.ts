// The page in Chromium of `chromiumGpu.ts`: carries out, on the browser's own WebGPU, what the runner in Node asks for, and
// answers where an answer is awaited. It knows calls of methods on numbered objects, and nothing of tensors. Self-contained
// but for the frames: it is served as it is, without its types.
import { decodeFrame, encodeFrame } from './frames.ts';

/** One call: `target.method(...args)`. Its result becomes object `id`; with `reply` the runner waits for it. */
export interface PageCall {
  readonly target: number;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly id: number;
  readonly reply: boolean;
}

export interface PageBatch {
  readonly calls: readonly PageCall[];
  /** Objects that the runner no longer refers to. */
  readonly released: readonly number[];
}

export type PageMessage =
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: 'lost'; readonly id: number; readonly reason: string; readonly message: string }
  | { readonly kind: 'uncaptured'; readonly id: number; readonly name: string; readonly message: string }
  /** A call that nobody waits for threw: from here on nothing can be trusted. */
  | { readonly kind: 'fault'; readonly message: string };

/** Object 0 is the entry point; a device's queue is the negative of the device's number. */
const objects = new Map<number, unknown>([[0, navigator.gpu]]);

const isHandle = (value: object): value is { readonly handle: number } => 'handle' in value;

/** An argument with the objects that its handles stand for. */
function resolve(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map(resolve);
  if (isHandle(value)) return objects.get(value.handle);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(each)]));
}

async function post(message: PageMessage): Promise<void> {
  await fetch('messages', { method: 'POST', body: encodeFrame(message) });
}

const plainLimits = (limits: GPUSupportedLimits): Record<string, number> => {
  const plain: Record<string, number> = {};
  for (const name in limits) plain[name] = limits[name as keyof GPUSupportedLimits] as number;
  return plain;
};

/** What the runner gets to know about a result; objects without a case stay here, under their number. */
async function describe(result: unknown, id: number): Promise<unknown> {
  if (result instanceof GPUAdapter) {
    const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = result.info;
    return {
      info: { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize },
      limits: plainLimits(result.limits),
      features: [...result.features],
    };
  }
  if (result instanceof GPUDevice) {
    objects.set(-id, result.queue);
    void result.lost.then(({ reason, message }) => post({ kind: 'lost', id, reason, message }));
    result.onuncapturederror = ({ error }) =>
      void post({ kind: 'uncaptured', id, name: error.constructor.name, message: error.message });
    return { limits: plainLimits(result.limits), features: [...result.features] };
  }
  if (result instanceof GPUError) return { name: result.constructor.name, message: result.message };
  if (result instanceof GPUCompilationInfo) {
    const messages = result.messages.map(({ type, lineNum, linePos, message }) => ({
      type,
      lineNum,
      linePos,
      message,
    }));
    return { messages };
  }
  return null;
}

/** Mapping, reading and unmapping are one step here: only the bytes are of use elsewhere. */
async function readMapped(buffer: GPUBuffer, [mode, offset, size]: readonly unknown[]): Promise<ArrayBuffer> {
  await buffer.mapAsync(mode as number, offset as number | undefined, size as number | undefined);
  const bytes = buffer.getMappedRange(offset as number | undefined, size as number | undefined).slice(0);
  buffer.unmap();
  return bytes;
}

async function answer(call: PageCall, pending: unknown): Promise<void> {
  try {
    const result = await pending;
    if (typeof result === 'object' && result !== null) objects.set(call.id, result);
    const value = result instanceof ArrayBuffer ? result : await describe(result, call.id);
    await post({ kind: 'reply', id: call.id, value: result === null ? null : (value ?? {}) });
  } catch (error) {
    const { name, message } = error as Error;
    await post({ kind: 'refused', id: call.id, name, message });
  }
}

function perform(call: PageCall): void {
  const target = objects.get(call.target) as Record<string, (...args: unknown[]) => unknown>;
  const args = call.args.map(resolve);
  const invoke = (): unknown =>
    target instanceof GPUBuffer && call.method === 'mapAsync'
      ? readMapped(target, args)
      : target[call.method]?.(...args);
  if (call.reply) {
    // Called now, so that calls keep their order; only the waiting is apart.
    let pending: unknown;
    try {
      pending = invoke();
    } catch (error) {
      pending = Promise.reject(error);
    }
    void answer(call, pending);
    return;
  }
  const result = invoke();
  if (typeof result === 'object' && result !== null) objects.set(call.id, result);
}

for (;;) {
  const response = await fetch('batches', { method: 'POST' });
  if (response.status !== 200) break;
  const { calls, released } = decodeFrame(new Uint8Array(await response.arrayBuffer())) as PageBatch;
  try {
    calls.forEach(perform);
  } catch (error) {
    await post({ kind: 'fault', message: String(error) });
  }
  for (const id of released) objects.delete(id);
}
