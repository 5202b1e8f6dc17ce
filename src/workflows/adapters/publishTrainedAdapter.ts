// Publishes a trained adapter: weights and index as files, a signed manifest that names the rows it was trained on, an
// announcement, and on the chain a model with this adapter as its version. Each step leaves a record; one that fails after the
// signature can be tried again.
import { type BlockStore, cidDigest, type FileStore, publishAdapter, rowsRoot } from '../../datanet/index.ts';
import type { Json } from '../../lib/canonicalJson.ts';
import { isAbort, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { cid as asCid, rowHash as asRowHash } from '../../lib/units.ts';
import type { Announcement } from '../../peers/index.ts';
import { type Hex, type MessageSigner, modelIdOf, type Settlement } from '../../settlement/index.ts';
import type { AdapterRecord } from '../../store/index.ts';
import { ensureGas } from '../ensureGas.ts';
import { chainDatanetId } from '../rows/chainDatanetId.ts';
import { isSampleSource, type RowSource } from '../rows/rowSource.ts';
import type { UniqueRows } from '../rows/uniqueRows.ts';
import { runStep } from '../runStep.ts';
import { splitHoldout } from '../training/splitHoldout.ts';
import type { TrainingRun } from '../training/trainingRun.ts';
import { type AdapterData, type AdapterTerms, adapterData } from './adapterRecord.ts';
import { isUnannounced } from './isUnannounced.ts';
import { trainingFactsOf } from './trainingFacts.ts';

export type ModelChain = Pick<
  Settlement,
  'deployment' | 'balances' | 'faucet' | 'datanets' | 'models' | 'versions' | 'proposeModel' | 'publishVersion'
>;

/** A base model that adapters can be published for. */
export interface BaseModel {
  readonly name: string;
  readonly sha256: string;
}

export interface PublishAdapterPorts {
  readAdapter(id: string): Promise<AdapterRecord | undefined>;
  putAdapter(record: AdapterRecord): Promise<void>;
  readAdapterFile(id: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Undefined when the base or its fingerprint is not known here. */
  baseModel(modelId: string): Promise<BaseModel | undefined>;
  collectRows(sources: readonly RowSource[]): Promise<UniqueRows>;
  /** Opened when it is known that there is something to publish. */
  node(): Promise<{
    readonly blocks: BlockStore & FileStore;
    announce(announcement: Announcement): Promise<'sent' | 'queued'>;
  }>;
  /** Absent where no chain is configured. */
  readonly chain?: (() => Promise<ModelChain>) | undefined;
  /** Of the author's account; 1 where no chain is configured. */
  readonly chainId: number;
  /** The slug under which the configuration lists a Datanet. */
  slugOf(datanetId: string): string | undefined;
  now(): number;
}

export type AdapterPublishStep = 'files' | 'sign' | 'announce' | 'register';

export interface PublishTrainedAdapterParameters {
  readonly name: string;
  readonly licence: string;
  /** One or two sentences for who chooses among adapters; may be empty. */
  readonly description: string;
  /** Chosen by the trainer, who is shown what they mean. */
  readonly terms: AdapterTerms;
  readonly run: TrainingRun;
  readonly signer: MessageSigner;
  readonly onStep: (step: AdapterPublishStep) => void;
}

function modelSlug(run: TrainingRun): string {
  return `adapter-${run.id}`;
}

/**
 * Publishes the adapter of a finished run and returns its record. Throws `PUBLISH_INCOMPLETE`, and errors of signing
 * and storing; a failure after the signature is written into the record instead.
 */
export async function publishTrainedAdapter(
  { name, licence, description, terms, run, signer: author, onStep }: PublishTrainedAdapterParameters,
  ports: PublishAdapterPorts,
): Promise<AdapterRecord> {
  onStep('files');
  const id = run.adapterId ?? '';
  const [record, config, weights, index, base] = await Promise.all([
    ports.readAdapter(id),
    ports.readAdapterFile(id, 'adapter_config.json'),
    ports.readAdapterFile(id, 'adapter_model.safetensors'),
    ports.readAdapterFile(id, 'index.cbor'),
    ports.baseModel(run.modelId),
  ]);
  if (record === undefined || config === undefined || weights === undefined || base === undefined) {
    throw new TributaryError({
      code: 'PUBLISH_INCOMPLETE',
      message: 'The adapter, or the fingerprint of its base model, is not in this browser.',
      facts: { adapterId: id, modelId: run.modelId },
      hint: 'Train it again on a base model of the list.',
    });
  }
  const { blocks } = await ports.node();
  const modelId = ports.chain === undefined ? undefined : modelIdOf({ proposer: author.address, slug: modelSlug(run) });
  const { cid } = await publishAdapter({
    name,
    licence,
    base,
    config: JSON.parse(new TextDecoder().decode(config)) as Record<string, Json>,
    weights,
    index: index ?? null,
    datanets: record.datanetIds,
    contributions: run.sources.filter(({ source }) => !isSampleSource(source)).map(({ source }) => asCid(source)),
    training: trainingFactsOf(run, { model: modelId, description }),
    signer: {
      address: author.address,
      signMessage(bytes) {
        onStep('sign');
        return author.signMessage(bytes);
      },
    },
    blocks,
    files: blocks,
    timestamp: ports.now(),
    chainId: ports.chainId,
  });
  const data: AdapterData = {
    runId: run.id,
    author: author.address.toLowerCase(),
    terms,
    ...(description === '' ? {} : { description }),
    ...(modelId === undefined ? {} : { modelId }),
  };
  const signed: AdapterRecord = { ...record, name, manifestCid: cid, data };
  await ports.putAdapter(signed);
  onStep('announce');
  const announced = await announceAdapter(signed, ports);
  if (ports.chain === undefined) return announced;
  onStep('register');
  return registerAdapter({ record: announced, run, author }, ports);
}

/** Announces a published adapter, again if need be. A failure is written into the record. */
export async function announceAdapter(
  record: AdapterRecord,
  ports: Pick<PublishAdapterPorts, 'node' | 'putAdapter'>,
): Promise<AdapterRecord> {
  const { announceError, ...before } = adapterData(record);
  let data: AdapterData = before;
  try {
    const node = await ports.node();
    await node.announce({ kind: 'adapter', scope: '', cid: asCid(record.manifestCid ?? '') });
    if (announceError === undefined && before.isAnnounced === true) return record;
    data = { ...before, isAnnounced: true };
  } catch (error) {
    if (isAbort(error)) return record;
    data = { ...before, announceError: toTributaryError(error).serialize() };
  }
  const next: AdapterRecord = { ...record, data };
  await ports.putAdapter(next);
  return next;
}

export interface RegisterAdapterParameters {
  readonly record: AdapterRecord;
  readonly run: TrainingRun;
  readonly author: Pick<MessageSigner, 'address'>;
}

/** Terms that a record of an earlier version has not: its author asked for nothing. */
const NO_TERMS: AdapterTerms = { price: '0', ownerBps: 0 };

/**
 * Proposes the model and publishes this adapter as its version, each unless the chain has it already. A failure is written into
 * the record, `ADAPTER_OTHER_WALLET` among them; trying again does what is missing. One that nobody was told of is announced first.
 */
export async function registerAdapter(
  { record: given, run, author }: RegisterAdapterParameters,
  ports: Pick<PublishAdapterPorts, 'chain' | 'slugOf' | 'baseModel' | 'collectRows' | 'node' | 'putAdapter'>,
): Promise<AdapterRecord> {
  if (ports.chain === undefined) return given;
  const record = isUnannounced(given) ? await announceAdapter(given, ports) : given;
  const { registerError: _, ...before } = adapterData(record);
  const terms = before.terms ?? NO_TERMS;
  let data: AdapterData;
  try {
    const slug = modelSlug(run);
    const modelId = modelIdOf({ proposer: author.address, slug });
    if (before.modelId !== undefined && before.modelId !== modelId) {
      throw new TributaryError({
        code: 'ADAPTER_OTHER_WALLET',
        message: 'Another wallet signed this adapter, and only that one can register it.',
        facts: { author: before.author ?? '', connected: author.address },
        hint: 'Connect the wallet that published it.',
      });
    }
    const chain = await ports.chain();
    await ensureGas(chain, author.address);
    const manifestDigest = cidDigest(record.manifestCid ?? '');
    const weights = record.files.find((file) => file.name === 'adapter_model.safetensors');
    const modelOnChain = async () => (await chain.models()).find(({ id }) => id === modelId);
    await runStep({
      isDone: async () => (await modelOnChain()) !== undefined,
      async run() {
        const datanets: Hex[] = [];
        for (const datanetId of record.datanetIds) {
          const id = await chainDatanetId({ datanetId, slug: ports.slugOf(datanetId), chain });
          if (id !== undefined) datanets.push(id);
        }
        await chain.proposeModel({
          slug,
          datanets,
          baseModelDigest: `0x${(await ports.baseModel(run.modelId))?.sha256 ?? ''}`,
          specificationDigest: manifestDigest,
          ownerBps: terms.ownerBps,
          price: BigInt(terms.price),
        });
      },
    });
    let transaction = before.transaction;
    await runStep({
      isDone: async () =>
        (await chain.versions({ modelId })).some(
          (version) => version.manifestDigest.toLowerCase() === manifestDigest.toLowerCase(),
        ),
      async run() {
        const { rows } = await ports.collectRows(run.sources);
        const { trained } = splitHoldout(rows, run.settings.seed);
        const { hash } = await chain.publishVersion({
          modelId,
          adapterDigest: `0x${weights?.sha256 ?? ''}`,
          manifestDigest,
          trainSetRoot: `0x${rowsRoot(trained.map((row) => asRowHash(row.rowHash)))}`,
        });
        transaction = hash;
      },
    });
    // The model may be of an earlier try with other terms: those on chain hold.
    const model = await modelOnChain();
    data = {
      ...before,
      modelId,
      registered: true,
      ...(transaction === undefined ? {} : { transaction }),
      ...(model === undefined ? {} : { terms: { price: model.price.toString(), ownerBps: model.ownerBps } }),
    };
  } catch (error) {
    if (isAbort(error)) return record;
    data = { ...before, registerError: toTributaryError(error).serialize() };
  }
  const next: AdapterRecord = { ...record, data };
  await ports.putAdapter(next);
  return next;
}
