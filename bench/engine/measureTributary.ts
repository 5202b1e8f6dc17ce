// Measurements of this engine alone: the share of each kernel, and the memory that a long answer leaves behind.
import type { OperatorTime } from '../../src/engine/backend.ts';
import { type Made, openTributary, type TributaryOptions } from './decoders/tributary.ts';
import { type Measurement, type MeasureRequest, measureDecoder, type ProcessorClock } from './measureDecoder.ts';

export interface KernelShare {
  /** Operator, variant, and the shape that distinguishes its calls. */
  readonly kernel: string;
  readonly calls: number;
  readonly milliseconds: number;
}

export interface Growth {
  readonly tokens: number;
  /** Objects created during the whole answer: none, if plans are recorded once. */
  readonly made: Made;
  readonly deviceBytes: number;
  readonly residentBytes?: number;
}

export interface TributaryMeasurement extends Measurement {
  readonly weightBytes: number;
  readonly shares?: { readonly prefill: readonly KernelShare[]; readonly decode: readonly KernelShare[] };
  readonly growth?: Growth;
}

export interface TributaryRequest extends MeasureRequest {
  readonly profile: boolean;
  /** Tokens of the long answer; 0: none. */
  readonly growth: number;
}

function shares(times: readonly OperatorTime[]): KernelShare[] {
  const byKernel = new Map<string, { calls: number; milliseconds: number }>();
  for (const { operator, variant, constants, milliseconds } of times) {
    const { inputs, outputs } = constants;
    const shape = inputs === undefined || outputs === undefined ? '' : `, ${outputs} x ${inputs}`;
    const kernel = `${operator} (${variant}${shape})`;
    const sum = byKernel.get(kernel) ?? { calls: 0, milliseconds: 0 };
    byKernel.set(kernel, { calls: sum.calls + 1, milliseconds: sum.milliseconds + milliseconds });
  }
  return [...byKernel]
    .map(([kernel, sum]) => ({ kernel, ...sum }))
    .sort((one, other) => other.milliseconds - one.milliseconds);
}

/** `residentBytes`: memory of the process, if available. */
export async function measureTributary(
  options: TributaryOptions,
  request: TributaryRequest,
  clock: ProcessorClock,
  residentBytes?: () => number,
): Promise<TributaryMeasurement> {
  const { decoder, measurement } = await measureDecoder(() => openTributary(options), request, clock);
  try {
    let profiled: TributaryMeasurement['shares'];
    if (request.profile) {
      profiled = {
        prefill: shares(await decoder.profile('prefill')),
        decode: shares(await decoder.profile('decode')),
      };
    }
    let growth: Growth | undefined;
    if (request.growth > 0) {
      let id = await decoder.start(request.chat);
      const before = { made: decoder.made(), device: decoder.deviceBytes(), resident: residentBytes?.() };
      for (let token = 0; token < request.growth; token += 1) id = await decoder.next(id);
      const made = decoder.made();
      growth = {
        tokens: request.growth,
        made: {
          buffers: made.buffers - before.made.buffers,
          bindGroups: made.bindGroups - before.made.bindGroups,
          pipelines: made.pipelines - before.made.pipelines,
        },
        deviceBytes: decoder.deviceBytes() - before.device,
        ...(before.resident === undefined || residentBytes === undefined
          ? {}
          : { residentBytes: residentBytes() - before.resident }),
      };
    }
    return {
      ...measurement,
      weightBytes: decoder.weightBytes,
      ...(profiled === undefined ? {} : { shares: profiled }),
      ...(growth === undefined ? {} : { growth }),
    };
  } finally {
    await decoder.close();
  }
}
