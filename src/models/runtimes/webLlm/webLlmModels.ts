import type { ModelRecord } from '@mlc-ai/web-llm';
import type { RuntimeModel } from '../types.ts';

const MEBIBYTE = 2 ** 20;

/** WebLLM's own list as a picker shows it: models that answer chats, not those that embed or read pictures. */
export function webLlmModels(records: readonly ModelRecord[]): readonly RuntimeModel[] {
  return records
    .filter(({ model_type = 0 }) => model_type === 0)
    .map((record): RuntimeModel => {
      const contextLength = record.overrides?.context_window_size;
      return {
        runtime: 'webLlm',
        id: record.model_id,
        name: record.model_id.replace(/-MLC(?=$|-)/, ''),
        source: { kind: 'prebuilt' },
        ...(record.vram_required_MB === undefined
          ? {}
          : { deviceBytes: Math.round(record.vram_required_MB * MEBIBYTE) }),
        ...(contextLength === undefined ? {} : { contextLength }),
        lowResource: record.low_resource_required === true,
        webGpu: 'required',
        features: record.required_features ?? [],
        ...(record.buffer_size_required_bytes === undefined ? {} : { bindingBytes: record.buffer_size_required_bytes }),
      };
    });
}
