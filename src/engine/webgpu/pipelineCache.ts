// Compute pipelines, cached by source and constants: calls of the same kernel and shape share one.
import { TributaryError } from '../../lib/errors.ts';
import type { Constants, Counters, Variant } from '../backend.ts';

export interface PipelineLayout {
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

export interface PipelineCache {
  /** Layouts by access pattern: `r`, `w` or `u` (uniform) per binding. */
  layoutFor(access: string): PipelineLayout;
  /** Compiles on first use. Rejects with `ENGINE_SHADER_INVALID` and the compiler's message. */
  pipelineFor(label: string, variant: Variant, constants: Constants, access: string): Promise<GPUComputePipeline>;
}

export function createPipelineCache(device: GPUDevice, description: string, counters: Counters): PipelineCache {
  const pipelines = new Map<string, Promise<GPUComputePipeline>>();
  const layouts = new Map<string, PipelineLayout>();

  /** Explicit, because `auto` drops bindings that a variant does not read. */
  function layoutFor(access: string): PipelineLayout {
    const known = layouts.get(access);
    if (known !== undefined) return known;
    const entries = [...access].map(
      (letter, binding): GPUBindGroupLayoutEntry => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: letter === 'u' ? 'uniform' : letter === 'w' ? 'storage' : 'read-only-storage' },
      }),
    );
    const group = device.createBindGroupLayout({ label: `bindings ${access}`, entries });
    const pipeline = device.createPipelineLayout({ label: `bindings ${access}`, bindGroupLayouts: [group] });
    const layout = { group, pipeline };
    layouts.set(access, layout);
    return layout;
  }

  async function compile(
    label: string,
    source: string,
    overrides: Record<string, number>,
    access: string,
  ): Promise<GPUComputePipeline> {
    counters.pipelines += 1;
    const invalid = (details: string, cause?: unknown): TributaryError =>
      new TributaryError({
        code: 'ENGINE_SHADER_INVALID',
        message: `The shader of "${label}" does not compile on this device: ${details.split('\n')[0]}`,
        facts: { shader: label, details, device: description },
        hint: 'Update the browser and the graphics driver; if that does not help, report it with these details.',
        cause,
      });
    // An invalid layout is an error of this shader, not a fault of the device.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code: source });
    const layout = layoutFor(access).pipeline;
    const [refused, { messages }] = await Promise.all([device.popErrorScope(), module.getCompilationInfo()]);
    const errors = messages.filter((message) => message.type === 'error');
    if (errors.length > 0) {
      throw invalid(errors.map((error) => `${error.lineNum}:${error.linePos} ${error.message}`).join('\n'));
    }
    if (refused !== null) throw invalid(refused.message);
    try {
      return await device.createComputePipelineAsync({
        label,
        layout,
        compute: { module, entryPoint: 'main', constants: overrides },
      });
    } catch (cause) {
      throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  return {
    layoutFor,
    pipelineFor(label, variant, constants, access) {
      const source = variant.source(constants);
      const overrides = variant.overrides?.(constants) ?? {};
      const key = `${access} ${JSON.stringify(overrides)}\n${source}`;
      let pipeline = pipelines.get(key);
      if (pipeline === undefined) {
        pipeline = compile(label, source, overrides, access);
        pipelines.set(key, pipeline);
      }
      return pipeline;
    },
  };
}
