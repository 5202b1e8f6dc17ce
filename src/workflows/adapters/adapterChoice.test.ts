import { describe, expect, test } from 'vitest';
import type { AdapterRecord } from '../../store/index.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { type AdapterBytesPorts, adapterBytes } from './adapterBytes.ts';
import { type AdapterChoice, adapterChoices, hasAttributionFiles } from './adapterChoice.ts';

const offered = {
  id: 'towns',
  name: 'Towns',
  description: 'Where they are.',
  model: 'seedling',
  datanets: ['towns'],
  questions: ['Where is Larkmoor?'],
  files: [{ name: 'adapter_config.json' }],
  manifest: 'bafy-towns',
};
const stored = (id: string, manifestCid?: string): AdapterRecord => ({
  id,
  name: `Own ${id}`,
  modelId: 'seedling',
  datanetIds: ['seas'],
  createdAt: 0,
  files: [],
  data: { runId: id },
  ...(manifestCid === undefined ? {} : { manifestCid }),
});

test("the configuration's adapters come first and win over a stored one of the same id", () => {
  const choices = adapterChoices([offered], [stored('towns'), stored('trained-1', 'bafy-1')]);
  expect(choices).toStrictEqual([
    {
      id: 'towns',
      name: 'Towns',
      description: 'Where they are.',
      modelId: 'seedling',
      datanets: ['towns'],
      questions: ['Where is Larkmoor?'],
      source: 'config',
      isTrainedHere: false,
      manifest: 'bafy-towns',
    },
    {
      id: 'trained-1',
      name: 'Own trained-1',
      description: '',
      modelId: 'seedling',
      datanets: ['seas'],
      questions: [],
      source: 'browser',
      isTrainedHere: true,
      manifest: 'bafy-1',
      data: { runId: 'trained-1' },
    },
  ]);
});

test('an adapter that was fetched from a stranger was not trained here', () => {
  const [fetched] = adapterChoices([], [{ ...stored('bafy-2', 'bafy-2'), data: { author: '0xaa' } }]);
  expect(fetched).toMatchObject({ source: 'browser', isTrainedHere: false });
});

test('attribution needs both the index and the texts of the rows', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  expect(hasAttributionFiles(named('index.cbor', 'adapter_config.json', 'rows.jsonl'))).toBe(true);
  expect(hasAttributionFiles(named('index.cbor'))).toBe(false);
  expect(hasAttributionFiles(named('adapter_config.json', 'adapter_model.safetensors'))).toBe(false);
  expect(hasAttributionFiles([])).toBe(false);
});

describe('adapterBytes', () => {
  const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.of(...values);
  const fetched: string[] = [];
  const ports = answeringLate<AdapterBytesPorts>({
    readStored: async (id, name) => (`${id}/${name}` === 'trained-1/index.cbor' ? bytes(1) : undefined),
    fetchOffered: async ({ id }, name) => (`${id}/${name}` === 'towns/adapter_config.json' ? bytes(2) : undefined),
    async fetchPublished(manifest) {
      fetched.push(manifest);
      return { 'adapter_model.safetensors': bytes(3) };
    },
  });
  const [config, own] = adapterChoices([offered], [stored('trained-1')]) as [AdapterChoice, AdapterChoice];

  test('come from the place that the adapter comes from, and from its manifest only when they are not there', async () => {
    expect(await adapterBytes({ adapter: own, name: 'index.cbor' }, ports)).toStrictEqual(bytes(1));
    expect(await adapterBytes({ adapter: config, name: 'adapter_config.json' }, ports)).toStrictEqual(bytes(2));
    expect(fetched).toStrictEqual([]);
    expect(await adapterBytes({ adapter: config, name: 'adapter_model.safetensors' }, ports)).toStrictEqual(bytes(3));
    expect(fetched).toStrictEqual(['bafy-towns']);
  });

  test('are missing when no place has them', async () => {
    const missing = { code: 'APP_ADAPTER_FILE_MISSING' };
    await expect(adapterBytes({ adapter: own, name: 'rows.jsonl' }, ports)).rejects.toMatchObject(missing);
    await expect(adapterBytes({ adapter: config, name: 'rows.jsonl' }, ports)).rejects.toMatchObject(missing);
  });
});
