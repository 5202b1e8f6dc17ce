// Rows: files that people choose, and signed documents and shards of strangers.
import { decode, encode } from '@ipld/dag-cbor';
import { canonicalRow } from '../../../src/datanet/canonicalRow.ts';
import { cidOf } from '../../../src/datanet/cids.ts';
import {
  publishAdapter,
  publishContribution,
  readAdapter,
  readContribution,
  readRows,
} from '../../../src/datanet/index.ts';
import { verifyMessage } from '../../../src/settlement/index.ts';
import { createMemoryStore, createTestSigner } from '../../support/datanet.ts';
import type { Decoder } from './decoder.ts';
import { fileBytes, filesBytes } from './files.ts';
import { cbor, json, utf8 } from './structures.ts';

const rows = [
  { prompt: 'Which?', response: 'This one.' },
  { prompt: 'Übung?', response: '1 < 2', tags: ['a', 'b'], source: { page: 3 } },
];
const shard = utf8(rows.map((row) => `${canonicalRow(row)}\n`).join(''));
const parameters = { signer: createTestSigner(7), licence: 'CC0-1.0', timestamp: 1_700_000_000_000 };

/** A store with these blocks besides those of a valid contribution and adapter, which are made once. */
const made = (async () => {
  const store = createMemoryStore();
  const header = await publishContribution({ ...parameters, datanetId: 'elements', rows, blocks: store });
  const adapter = await publishAdapter({
    ...parameters,
    name: 'Elements',
    base: { name: 'seedling', sha256: 'ab'.repeat(32) },
    config: { r: 4, target_modules: ['q_proj'] },
    weights: utf8('weights'),
    index: utf8('index'),
    datanets: ['elements'],
    contributions: [header.cid],
    training: { seed: 1, losses: [1.5, 0.5] },
    blocks: store,
    files: store,
  });
  const manifest = store.map.get(adapter.cid) as Uint8Array;
  return { store, header: store.map.get(header.cid) as Uint8Array, manifest };
})();

/** Whoever publishes can sign what they like. */
const verify = () => true;

async function storeWith(bytes: Uint8Array, codec: 'raw' | 'dag-cbor') {
  const { store } = await made;
  const cid = await cidOf(bytes, codec);
  const own = { ...store, get: async (key: typeof cid) => (key === cid ? bytes : store.get(key)) };
  return { cid, blocks: own, files: own };
}

function intake(name: string, fileName: string, examples: Decoder['examples'], more: Partial<Decoder> = {}): Decoder {
  return {
    name: `data/${name}`,
    examples,
    decode: (bytes) => readRows({ blob: new Blob([bytes]), fileName }),
    ...more,
  };
}

const lines = 'instruction,input,output\n"Say ""hi""",,hi\r\nAdd,"1\n2",3\n';

export const decoders: readonly Decoder[] = [
  {
    name: 'data/contribution-header',
    structure: cbor,
    share: 0.5,
    examples: async () => [(await made).header],
    async decode(bytes) {
      await readContribution({ ...(await storeWith(bytes, 'dag-cbor')), verify });
    },
  },
  {
    name: 'data/contribution-shard',
    share: 0.5,
    examples: async () => [shard],
    async decode(bytes) {
      const { cid: link, blocks } = await storeWith(bytes, 'raw');
      const header = decode<Record<string, unknown>>((await made).header);
      const { CID } = await import('multiformats/cid');
      const count = bytes.reduce((sum, byte) => sum + Number(byte === 10), 0);
      const fitting = encode({
        ...header,
        rows: [CID.parse(link)],
        bytes: Math.max(1, bytes.byteLength),
        count: Math.max(1, count),
      });
      const cid = await cidOf(fitting, 'dag-cbor');
      const get: typeof blocks.get = async (key) => (key === cid ? fitting : blocks.get(key));
      await readContribution({ cid, blocks: { ...blocks, get }, verify });
    },
  },
  {
    name: 'data/adapter-manifest',
    structure: cbor,
    share: 0.5,
    examples: async () => [(await made).manifest],
    async decode(bytes) {
      await readAdapter({ ...(await storeWith(bytes, 'dag-cbor')), verify });
    },
  },
  {
    name: 'data/signature',
    share: 0.05,
    examples: async () => [decode<{ sig: Uint8Array }>((await made).header).sig],
    decode: (bytes) =>
      verifyMessage(parameters.signer.address, shard, `0x${Buffer.from(bytes.subarray(0, 4_000)).toString('hex')}`),
  },
  intake('csv', 'rows.csv', async () => [utf8(lines), utf8('prompt;response;note\na;b;c\n"d";"e";f')]),
  intake('tsv', 'rows.tsv', async () => [utf8(lines.replaceAll(',', '\t')), utf8('question|answer\na|b\n')]),
  intake(
    'json',
    'rows.json',
    async () => [
      json.write(
        [
          {
            messages: [
              { role: 'user', content: 'a' },
              { role: 'assistant', content: 'b' },
            ],
          },
        ],
        shard,
      ) as Uint8Array,
      json.write({ data: rows }, shard) as Uint8Array,
      json.write(
        [
          {
            conversations: [
              { from: 'human', value: 'a' },
              { from: 'gpt', value: [{ type: 'text', text: 'b' }] },
            ],
          },
        ],
        shard,
      ) as Uint8Array,
    ],
    { structure: json },
  ),
  intake('jsonl', 'rows.jsonl', async () => [
    shard,
    utf8('{"question":"a","answer":"b"}\r\n\r\n[{"prompt":1,"response":"c"}]\n'),
  ]),
  intake(
    'text',
    'rows.txt',
    async () => [
      new Uint8Array(Buffer.from('\ufeffprompt,response\na,b\n', 'utf16le')),
      Uint8Array.from('prompt,response\nna\xefve,caf\xe9\n', (each) => each.charCodeAt(0)),
    ],
    { share: 0.5 },
  ),
  intake('gzip', 'rows.jsonl.gz', () => filesBytes('test/cases/data/tables', 'packed.jsonl.gz'), { share: 0.3 }),
  intake('parquet', 'rows.parquet', () => filesBytes('test/cases/data/parquet', 'rows.parquet', 'gzip.parquet')),
  {
    ...intake('unknown-type', 'rows', async () => [
      await fileBytes('test/cases/data/parquet/rows.parquet'),
      shard,
      Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0]),
      utf8('%PDF-1.7\n'),
    ]),
    share: 0.5,
  },
];
