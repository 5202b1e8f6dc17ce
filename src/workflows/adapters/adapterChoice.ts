// Every adapter that can be chosen, wherever it comes from: the configuration (files by URL, or a manifest by CID), or this
// browser (trained or fetched here). Pure and light: importing it loads no domain.
import type { AdapterRecord } from '../../store/index.ts';
import { adapterData } from './adapterRecord.ts';

export interface AdapterChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly modelId: string;
  readonly datanets: readonly string[];
  readonly questions: readonly string[];
  /** Where its files lie. */
  readonly source: 'config' | 'browser';
  /** This browser made it; others were fetched or are offered. */
  readonly isTrainedHere: boolean;
  readonly manifest?: string;
  /** `data` of its record in the store. */
  readonly data?: unknown;
}

export type AdapterFileName = 'adapter_config.json' | 'adapter_model.safetensors' | 'index.cbor' | 'rows.jsonl';

/** An adapter of the configuration. */
export interface OfferedAdapter {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Id of its base. */
  readonly model: string;
  readonly datanets: readonly string[];
  readonly questions: readonly string[];
  readonly files: readonly { readonly name: string }[];
  readonly manifest?: string | undefined;
}

/** All adapters of all models, the configuration's first; of two with one id, the configuration's. */
export function adapterChoices(
  offered: readonly OfferedAdapter[],
  stored: readonly AdapterRecord[],
): readonly AdapterChoice[] {
  return [
    ...offered.map(
      ({ id, name, description, model, datanets, questions, manifest }): AdapterChoice => ({
        id,
        name,
        description,
        modelId: model,
        datanets,
        questions,
        source: 'config',
        isTrainedHere: false,
        ...(manifest === undefined ? {} : { manifest }),
      }),
    ),
    ...stored
      .filter((record) => !offered.some((adapter) => adapter.id === record.id))
      .map(
        ({ id, name, modelId, datanetIds, manifestCid, data }): AdapterChoice => ({
          id,
          name,
          description: adapterData({ data }).description ?? '',
          modelId,
          datanets: datanetIds,
          questions: [],
          source: 'browser',
          isTrainedHere: adapterData({ data }).runId !== undefined,
          ...(manifestCid === undefined ? {} : { manifest: manifestCid }),
          data,
        }),
      ),
  ];
}

const ATTRIBUTION_FILES: readonly AdapterFileName[] = ['index.cbor', 'rows.jsonl'];

/** Whether these files include those that attribution needs. */
export function hasAttributionFiles(files: readonly { readonly name: string }[]): boolean {
  return ATTRIBUTION_FILES.every((name) => files.some((file) => file.name === name));
}
