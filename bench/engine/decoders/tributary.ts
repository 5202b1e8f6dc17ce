// This engine, in Node and in a page alike.

import type { OperatorTime, Plan } from '../../../src/engine/backend.ts';
import {
  type Backend,
  createSession,
  type DeviceChoice,
  loadModel,
  openBackend,
  openModelFile,
} from '../../../src/engine/index.ts';
import type { Decoder } from './decoder.ts';

export interface TributaryOptions {
  readonly device: DeviceChoice;
  readonly gpu?: GPU | undefined;
  /** Opens the file: part of loading. */
  readonly model: () => Promise<Blob>;
  readonly contextLength: number;
}

/** Objects created while plans are recorded; decoding must create none. */
export interface Made {
  readonly buffers: number;
  readonly bindGroups: number;
  readonly pipelines: number;
}

export interface TributaryDecoder extends Decoder {
  readonly deviceBytes: () => number;
  readonly weightBytes: number;
  made(): Made;
  /** Each operator of a decode step, or of a prefill chunk, timed separately. */
  profile(phase: 'decode' | 'prefill'): Promise<readonly OperatorTime[]>;
}

/** The backend, recording its plans and the maximum rows that each was submitted with. */
function remembering(backend: Backend): { readonly backend: Backend; readonly plans: Map<Plan, number> } {
  const plans = new Map<Plan, number>();
  const listening = Object.create(backend, {
    submit: {
      value: (plan: Plan, variables: { readonly rows: number }) => {
        plans.set(plan, Math.max(plans.get(plan) ?? 0, variables.rows));
        backend.submit(plan, variables);
      },
    },
  }) as Backend;
  return { backend: listening, plans };
}

export async function openTributary(options: TributaryOptions): Promise<TributaryDecoder> {
  const { device, gpu, model, contextLength } = options;
  const opened = await openBackend({ device, ...(gpu === undefined ? {} : { gpu }) });
  const { backend, plans } = remembering(opened.backend);
  const loaded = await loadModel(backend, await openModelFile([{ name: 'model.gguf', blob: await model() }]), {
    contextLength,
  });
  const session = createSession(loaded);
  await session.prepare();
  return {
    device: opened.report.description,
    weightBytes: loaded.weightBytes,
    start(ids) {
      session.truncate(0);
      return session.forwardArgmax(ids);
    },
    next: (id) => session.forwardArgmax([id]),
    deviceBytes: () => backend.counters.allocatedBytes,
    made: () => {
      const { buffers, bindGroups, pipelines } = backend.counters;
      return { buffers, bindGroups, pipelines };
    },
    async profile(phase) {
      const [plan, rows] = [...plans].find(([{ label }]) => label.startsWith(phase)) ?? [];
      if (plan === undefined || rows === undefined) throw new RangeError(`Nothing was read by a plan of ${phase}.`);
      return await backend.profile(plan, { rows });
    },
    async close() {
      session.destroy();
      loaded.destroy();
      backend.destroy();
    },
  };
}
