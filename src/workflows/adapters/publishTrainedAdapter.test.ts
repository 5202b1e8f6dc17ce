import { describe, expect, test } from 'vitest';
import { createMemoryStore, createTestSigner, verify } from '../../../test/support/datanet.ts';
import { cidDigest, publishAdapter, publishContribution, readAdapter, rowHash, rowsRoot } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Cid } from '../../lib/units.ts';
import type { Announcement } from '../../peers/index.ts';
import { type Deployment, modelIdOf } from '../../settlement/index.ts';
import type { AdapterRecord } from '../../store/index.ts';
import { sampleSource } from '../rows/rowSource.ts';
import { collectSourceRows } from '../rows/sourceRows.ts';
import { answeringLate } from '../testing/answeringLate.ts';
import { splitHoldout } from '../training/splitHoldout.ts';
import type { TrainingRun } from '../training/trainingRun.ts';
import { presetSettings } from '../training/trainingSettings.ts';
import { adapterData } from './adapterRecord.ts';
import { fetchPublishedAdapter, importPublishedAdapter } from './publishedAdapter.ts';
import {
  announceAdapter,
  type ModelChain,
  type PublishAdapterPorts,
  publishTrainedAdapter,
  registerAdapter,
} from './publishTrainedAdapter.ts';

const signer = createTestSigner(1);
const townsId = `0x${'a'.repeat(64)}` as const;
const baseHash = 'b'.repeat(64);
const weightsHash = 'c'.repeat(64);
const weights = Uint8Array.of(1, 2, 3);
const index = Uint8Array.of(4, 5);
/** Enough that some are held out, and one that repeats another. */
const rows = [
  ...Array.from({ length: 40 }, (_, at) => ({ prompt: `Where is town ${at}?`, response: `On island ${at}.` })),
  { prompt: 'WHERE IS TOWN 3', response: 'on island 3' },
];

const refused = (code: string) => new TributaryError({ code, message: 'Refused.', hint: 'None.' });

/** A finished run over one contribution, with tables, node and chain in memory. */
async function world({ chain = true, hasIndex = true }: { chain?: boolean; hasIndex?: boolean } = {}) {
  const store = createMemoryStore();
  const { cid: contribution } = await publishContribution({
    datanetId: 'towns',
    rows,
    licence: 'CC0-1.0',
    signer: createTestSigner(2),
    blocks: store,
    timestamp: 1_700_000_000_000,
  });
  const run: TrainingRun = {
    id: 'run-1',
    name: 'Towns',
    modelId: 'seedling',
    modelName: 'Seedling',
    sources: [{ datanetId: 'towns', source: contribution, rowCount: rows.length }],
    settings: presetSettings('balanced', 256),
    rowsDigest: '',
    rowCount: 38,
    status: 'trained',
    totalSteps: 2,
    losses: [
      [1, 3],
      [2, 0.5],
    ],
    tokens: 0,
    milliseconds: 0,
    checkpointStep: 0,
    createdAt: 0,
    updatedAt: 0,
    adapterId: 'trained-run-1',
  };
  const failing = new Set<'announce' | 'propose' | 'publish' | 'answer'>();
  const records = new Map<string, AdapterRecord>([
    [
      'trained-run-1',
      {
        id: 'trained-run-1',
        name: 'Towns',
        modelId: 'seedling',
        datanetIds: ['towns'],
        createdAt: 0,
        files: [{ name: 'adapter_model.safetensors', bytes: 3, sha256: weightsHash }],
      },
    ],
  ]);
  const files = new Map<string, Uint8Array<ArrayBuffer>>([
    ['adapter_config.json', new TextEncoder().encode('{"r":16}')],
    ['adapter_model.safetensors', weights],
    ...(hasIndex ? [['index.cbor', index] as const] : []),
  ]);
  const calls: { readonly method: string; readonly parameters: Record<string, unknown> }[] = [];
  const announced: Announcement[] = [];
  const models: { id: string; price: bigint; ownerBps: number }[] = [];
  const versions: { modelId: string; manifestDigest: string }[] = [];
  const modelChain = answeringLate({
    deployment: { addresses: {}, datanets: [{ slug: 'towns', id: townsId }] } as unknown as Deployment,
    models: async () => models,
    versions: async ({ modelId }: { modelId: string }) => versions.filter((version) => version.modelId === modelId),
    async proposeModel(parameters: Record<string, unknown>) {
      if (failing.has('propose')) throw refused('WALLET_REJECTED');
      calls.push({ method: 'proposeModel', parameters });
      const modelId = modelIdOf({ proposer: signer.address, slug: parameters['slug'] as string });
      models.push({ id: modelId, price: parameters['price'] as bigint, ownerBps: parameters['ownerBps'] as number });
      return { modelId };
    },
    async publishVersion(parameters: Record<string, unknown>) {
      if (failing.has('publish')) throw refused('WALLET_REJECTED');
      calls.push({ method: 'publishVersion', parameters });
      versions.push(parameters as { modelId: string; manifestDigest: string });
      if (failing.has('answer')) throw refused('CHAIN_UNREACHABLE');
      return { hash: '0xfeed' };
    },
  }) as unknown as ModelChain;
  const reader = async () => ({ blocks: store, verify });
  const collectRows = (sources: Parameters<PublishAdapterPorts['collectRows']>[0]) =>
    collectSourceRows(sources, {
      ports: {
        sampleFiles: () => undefined,
        fetchText: async () => '',
        contributionReader: reader,
        evidenceOf: async () => new Map(),
      },
    });
  const ports = answeringLate<PublishAdapterPorts>({
    readAdapter: async (id) => records.get(id),
    putAdapter: async (record) => void records.set(record.id, record),
    readAdapterFile: async (id, name) => (id === 'trained-run-1' ? files.get(name) : undefined),
    baseModel: async (id) => (id === 'seedling' ? { name: 'Seedling', sha256: baseHash } : undefined),
    collectRows,
    node: async () =>
      answeringLate({
        blocks: store,
        async announce(announcement: Announcement) {
          if (failing.has('announce')) throw refused('STORE_QUOTA_EXCEEDED');
          announced.push(announcement);
          return 'sent';
        },
      }),
    ...(chain ? { chain: async () => modelChain } : {}),
    chainId: 31337,
    slugOf: () => undefined,
    now: () => 1_700_000_000_001,
  });
  const steps: string[] = [];
  const publish = (changed: Partial<TrainingRun> = {}, description = 'Where the towns lie.') =>
    publishTrainedAdapter(
      {
        name: 'Towns of the isles',
        licence: 'CC-BY-4.0',
        description,
        terms: { price: '7', ownerBps: 1_500 },
        run: { ...run, ...changed },
        signer,
        onStep: (step) => void steps.push(step),
      },
      ports,
    );
  const register = (record: AdapterRecord) => registerAdapter({ record, run, author: signer }, ports);
  return {
    run,
    ports,
    store,
    records,
    files,
    failing,
    calls,
    announced,
    models,
    steps,
    publish,
    register,
    reader,
    collectRows,
  };
}

describe('publishTrainedAdapter', () => {
  test('stores files and a signed manifest, announces it, and registers model and version', async () => {
    const { publish, run, records, store, announced, calls, steps, collectRows } = await world();
    const record = await publish();
    expect(steps).toStrictEqual(['files', 'sign', 'announce', 'register']);
    expect(records.get(record.id)).toStrictEqual(record);
    const cid = record.manifestCid as Cid;
    expect(announced).toStrictEqual([{ kind: 'adapter', scope: '', cid }]);

    const modelId = modelIdOf({ proposer: signer.address, slug: 'adapter-run-1' });
    const published = await readAdapter({ cid, blocks: store, files: store, verify });
    expect(published).toMatchObject({ weights, index });
    expect(published.manifest).toMatchObject({
      name: 'Towns of the isles',
      license: 'CC-BY-4.0',
      author: `eip155:31337:${signer.address.toLowerCase()}`,
      base: { name: 'Seedling', sha256: baseHash },
      config: { r: 16 },
      datanets: ['towns'],
      contributions: run.sources.map(({ source }) => source),
      training: {
        rowCount: 38,
        steps: 2,
        finalLoss: 0.5,
        model: modelId,
        settings: { seed: 1 },
        description: 'Where the towns lie.',
      },
    });

    const { trained } = splitHoldout((await collectRows(run.sources)).rows, 1);
    expect(trained).toHaveLength(38);
    const manifestDigest = cidDigest(cid);
    expect(calls).toStrictEqual([
      {
        method: 'proposeModel',
        parameters: {
          slug: 'adapter-run-1',
          datanets: [townsId],
          baseModelDigest: `0x${baseHash}`,
          specificationDigest: manifestDigest,
          ownerBps: 1_500,
          price: 7n,
        },
      },
      {
        method: 'publishVersion',
        parameters: {
          modelId,
          adapterDigest: `0x${weightsHash}`,
          manifestDigest,
          trainSetRoot: `0x${rowsRoot(trained.map(({ row }) => rowHash(row)))}`,
        },
      },
    ]);
    expect(adapterData(record)).toStrictEqual({
      runId: 'run-1',
      author: signer.address.toLowerCase(),
      description: 'Where the towns lie.',
      terms: { price: '7', ownerBps: 1_500 },
      modelId,
      isAnnounced: true,
      registered: true,
      transaction: '0xfeed',
    });
  });

  test('without a chain the manifest names no model and it ends with the announcement', async () => {
    const { publish, store, steps, failing, records } = await world({ chain: false });
    failing.add('announce');
    const failed = await publish();
    expect(adapterData(failed).announceError?.code).toBe('STORE_QUOTA_EXCEEDED');
    expect(records.get(failed.id)).toStrictEqual(failed);
    failing.clear();
    steps.splice(0);
    const record = await publish();
    expect(steps).toStrictEqual(['files', 'sign', 'announce']);
    const { manifest } = await readAdapter({ cid: record.manifestCid as Cid, blocks: store, files: store, verify });
    expect(manifest.training).not.toHaveProperty('model');
    expect(adapterData(record).modelId).toBeUndefined();
  });

  test.each([
    ['the adapter was deleted', { adapterId: 'gone' }],
    ['the base is not known here', { modelId: 'another' }],
  ])('is refused when %s, before anybody is asked to sign', async (_, changed) => {
    const { publish, steps, store } = await world();
    const before = store.map.size;
    await expect(publish(changed)).rejects.toMatchObject({ code: 'PUBLISH_INCOMPLETE' });
    expect(steps).toStrictEqual(['files']);
    expect(store.map.size).toBe(before);
  });

  test('what cannot be stored is not announced', async () => {
    const { publish, ports, announced, calls } = await world();
    Object.assign(ports, { putAdapter: () => Promise.reject(new Error('full')) });
    await expect(publish()).rejects.toThrow('full');
    expect([announced, calls]).toStrictEqual([[], []]);
  });

  test('what is broken off leaves the record as it was', async () => {
    const { publish, run, ports, failing, records } = await world();
    failing.add('announce').add('propose');
    const record = await publish();
    const leaving = () => Promise.reject(new DOMException('left', 'AbortError'));
    expect(await announceAdapter(record, { ...ports, node: leaving })).toBe(record);
    expect(await registerAdapter({ record, run, author: signer }, { ...ports, chain: leaving })).toBe(record);
    expect(records.get(record.id)).toStrictEqual(record);
    const { chain: _, ...chainless } = ports;
    expect(await registerAdapter({ record, run, author: signer }, chainless)).toBe(record);
  });

  test('an announcement that changes nothing is not stored again', async () => {
    const { publish, ports, announced } = await world();
    const record = await publish();
    const full = { ...ports, putAdapter: () => Promise.reject(new Error('full')) };
    expect(await announceAdapter(record, full)).toBe(record);
    expect(announced).toHaveLength(2);
  });

  test('an adapter without an index, a description or rows of peers is published as such', async () => {
    const { publish, store, records } = await world({ hasIndex: false, chain: false });
    const sources = [{ datanetId: 'towns', source: sampleSource('towns'), rowCount: 3 }];
    const { manifestCid } = await publish({ sources, losses: [] }, '');
    const { manifest, index: none } = await readAdapter({
      cid: manifestCid as Cid,
      blocks: store,
      files: store,
      verify,
    });
    expect([none, manifest.contributions]).toStrictEqual([null, []]);
    expect(manifest.training).toMatchObject({ finalLoss: null, steps: 0, sources });
    expect(Object.keys(manifest.training)).not.toContain('description');
    expect(records.get('trained-run-1')?.data).toStrictEqual({
      isAnnounced: true,
      runId: 'run-1',
      author: signer.address.toLowerCase(),
      terms: { price: '7', ownerBps: 1_500 },
    });
  });

  test('a failed announcement stands in the record and a second try clears it; the model is registered all the same', async () => {
    const { publish, failing, ports, announced } = await world();
    failing.add('announce');
    const record = await publish();
    expect(adapterData(record)).toMatchObject({
      announceError: { code: 'STORE_QUOTA_EXCEEDED' },
      transaction: '0xfeed',
    });
    failing.clear();
    const again = await announceAdapter(record, ports);
    expect(adapterData(again)).toMatchObject({ transaction: '0xfeed' });
    expect(adapterData(again).announceError).toBeUndefined();
    expect(announced).toHaveLength(1);
  });

  test('one that was published by a page which then went away is announced before it is registered, once', async () => {
    const { publish, register, announced } = await world();
    const whole = await publish();
    const { isAnnounced, ...data } = adapterData(whole);
    expect(isAnnounced).toBe(true);
    announced.length = 0;
    const record = await register({ ...whole, data });
    expect(announced).toMatchObject([{ cid: whole.manifestCid }]);
    expect(adapterData(record).isAnnounced).toBe(true);
    await register(record);
    expect(announced).toHaveLength(1);
  });

  test('a refused transaction stands in the record; trying again does not propose a model that exists', async () => {
    const { publish, register, failing, calls, records } = await world();
    failing.add('publish');
    const record = await publish();
    expect(adapterData(record)).toMatchObject({ registerError: { code: 'WALLET_REJECTED' } });
    expect(records.get(record.id)).toStrictEqual(record);
    expect(record.manifestCid).toBeDefined();
    failing.clear();
    const again = await register(record);
    expect(adapterData(again).registerError).toBeUndefined();
    expect(adapterData(again).transaction).toBe('0xfeed');
    expect(calls.map(({ method }) => method)).toStrictEqual(['proposeModel', 'publishVersion']);
  });
});

describe('registering again', () => {
  test('a version whose transaction was not answered is found on the chain and not published twice', async () => {
    const { publish, register, failing, calls, models } = await world();
    failing.add('answer');
    const record = await publish();
    expect(adapterData(record)).toMatchObject({ registerError: { code: 'CHAIN_UNREACHABLE' } });
    failing.clear();
    // What the chain says of the price is what holds.
    Object.assign(models[0] ?? {}, { price: 9n });
    const again = adapterData(await register(record));
    expect(again).toMatchObject({ registered: true, terms: { price: '9', ownerBps: 1_500 } });
    expect(again.registerError).toBeUndefined();
    expect(calls.map(({ method }) => method)).toStrictEqual(['proposeModel', 'publishVersion']);
  });

  test('another wallet than the author’s registers nothing: its model would be another one', async () => {
    const { publish, failing, calls, run, ports } = await world();
    failing.add('propose');
    const record = await publish();
    failing.clear();
    const other = await registerAdapter({ record, run, author: createTestSigner(5) }, ports);
    expect(adapterData(other)).toMatchObject({ registerError: { code: 'ADAPTER_OTHER_WALLET' } });
    expect(calls).toStrictEqual([]);
  });
});

describe('a published adapter', () => {
  test('comes back whole, with the rows in the order of the index', async () => {
    const { publish, run, reader, collectRows } = await world();
    const { manifestCid } = await publish();
    const files = await fetchPublishedAdapter(manifestCid as string, { reader, collectRows });
    expect(files['adapter_model.safetensors']).toStrictEqual(weights);
    expect(files['index.cbor']).toStrictEqual(index);
    const { trained } = splitHoldout((await collectRows(run.sources)).rows, run.settings.seed);
    const lines = new TextDecoder().decode(files['rows.jsonl']).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toStrictEqual(trained.map(({ row }) => row));
    // Of 41 rows one repeats another, and two are held out.
    expect(lines).toHaveLength(38);
  });

  test('needs no rows when it has no index', async () => {
    const { publish, reader } = await world({ hasIndex: false });
    const { manifestCid } = await publish();
    const files = await fetchPublishedAdapter(manifestCid as string, {
      reader,
      collectRows: () => Promise.reject(new Error('asked for rows')),
    });
    expect(Object.keys(files)).toStrictEqual(['adapter_config.json', 'adapter_model.safetensors']);
  });

  test('is imported under its manifest, for the base of the same file, with the model that its answers pay', async () => {
    const { publish, reader, collectRows, run } = await world();
    const record = await publish();
    const manifest = record.manifestCid as string;
    const saved: Omit<AdapterRecord, 'files'>[] = [];
    const ports = {
      reader,
      collectRows,
      saveAdapter: async (adapter: Omit<AdapterRecord, 'files'>) => void saved.push(adapter),
      modelByHash: async (sha256: string) => (sha256 === baseHash ? 'my-seedling' : undefined),
    };
    expect(await importPublishedAdapter(manifest, ports)).toBe(manifest);
    expect(saved).toStrictEqual([
      {
        id: manifest,
        name: 'Towns of the isles',
        modelId: 'my-seedling',
        datanetIds: run.sources.map(({ datanetId }) => datanetId),
        createdAt: 1_700_000_000_001,
        manifestCid: manifest,
        data: {
          author: signer.address.toLowerCase(),
          baseSha256: baseHash,
          modelId: adapterData(record).modelId,
          description: 'Where the towns lie.',
        },
      },
    ]);
  });

  test('that no chain knows pays no model, and names its base where that is not here', async () => {
    const { publish, reader, collectRows } = await world({ chain: false });
    const manifest = (await publish({}, '')).manifestCid as string;
    const saved: unknown[] = [];
    await importPublishedAdapter(manifest, {
      reader,
      collectRows,
      saveAdapter: async ({ modelId, data }, files) => void saved.push([modelId, data, Object.keys(files)]),
      modelByHash: async () => undefined,
    });
    expect(saved).toStrictEqual([
      [
        'Seedling',
        { author: signer.address.toLowerCase(), baseSha256: baseHash },
        ['adapter_config.json', 'adapter_model.safetensors', 'index.cbor', 'rows.jsonl'],
      ],
    ]);
  });

  test('of another trainer is refused and not saved: nobody could trace its answers', async () => {
    const { reader, collectRows, store } = await world();
    const { cid } = await publishAdapter({
      name: 'Foreign',
      licence: 'CC0-1.0',
      base: { name: 'Seedling', sha256: baseHash },
      config: {},
      weights,
      index,
      datanets: [],
      contributions: [],
      training: { epochs: 3 },
      signer,
      blocks: store,
      files: store,
      timestamp: 0,
    });
    let saves = 0;
    const importPorts = {
      reader,
      collectRows,
      saveAdapter: async () => {
        saves += 1;
      },
      modelByHash: async () => undefined,
    };
    await expect(importPublishedAdapter(cid, importPorts)).rejects.toMatchObject({
      code: 'ADAPTER_FOREIGN',
      facts: { path: 'settings' },
    });
    await expect(fetchPublishedAdapter(cid, { reader, collectRows })).rejects.toMatchObject({
      code: 'ADAPTER_FOREIGN',
    });
    expect(saves).toBe(0);
  });
});
