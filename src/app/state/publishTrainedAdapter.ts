// Publishes a trained adapter: weights and index as files, a signed manifest that names the rows it was trained on, an
// announcement, and on the chain a model with this adapter as its version. Steps that fail after the signature stay in the
// adapter's record and can be tried again.
import { cidDigest, publishAdapter, rowsRoot } from '../../datanet/index.ts';
import type { Json } from '../../lib/canonicalJson.ts';
import { isAbort, type SerializedError, TributaryError, toTributaryError } from '../../lib/errors.ts';
import { cid as asCid, rowHash as asRowHash } from '../../lib/units.ts';
import type { Hex, MessageSigner } from '../../settlement/index.ts';
import { type AdapterRecord, database, guardWrite, readAdapterFile } from '../../store/index.ts';
import { ensureGas } from '../../workflows/ensureGas.ts';
import { splitHoldout } from '../../workflows/training/splitHoldout.ts';
import type { TrainingRun } from '../../workflows/training/trainingRun.ts';
import { config } from './config.ts';
import { chainDatanetId } from './contributions.ts';
import { listModels } from './models/availableModels.ts';
import { peers } from './peers.ts';
import { hasChain, settlement } from './settlement.ts';
import { collectSourceRows, samplePrefix } from './sourceRows.ts';

/** What an adapter's record carries besides its columns. */
export interface AdapterData {
  /** The run that made it, where it was trained in this browser. */
  readonly runId?: string;
  /** 0x-address of who published it. */
  readonly author?: string;
  /** Model on the chain that its answers are paid to. */
  readonly modelId?: Hex;
  readonly transaction?: Hex;
  readonly registerError?: SerializedError;
}

export function adapterData(record: { readonly data?: unknown }): AdapterData {
  return (record.data ?? {}) as AdapterData;
}

/** What a published adapter asks for: half of an OPEN per 1,000 tokens, a fifth of it for who trained it. */
const defaultPrice = 500_000_000_000_000_000n;
const ownerBps = 2_000;

export interface PublishAdapterTerms {
  readonly name: string;
  readonly licence: string;
  readonly run: TrainingRun;
  readonly signer: MessageSigner;
  readonly onStep: (step: 'files' | 'sign' | 'announce' | 'register') => void;
}

function modelSlug(run: TrainingRun): string {
  return `adapter-${run.id}`;
}

/** Publishes the adapter of a finished run and returns its record. Throws what signing and storing throw. */
export async function publishTrainedAdapter({
  name,
  licence,
  run,
  signer: author,
  onStep,
}: PublishAdapterTerms): Promise<AdapterRecord> {
  onStep('files');
  const id = run.adapterId ?? '';
  const [record, configuration, weights, index] = await Promise.all([
    database().adapters.get(id),
    readAdapterFile(id, 'adapter_config.json'),
    readAdapterFile(id, 'adapter_model.safetensors'),
    readAdapterFile(id, 'index.cbor'),
  ]);
  const model = (await listModels()).find((candidate) => candidate.id === run.modelId);
  const baseHash = model?.sha256;
  if (
    record === undefined ||
    configuration === undefined ||
    weights === undefined ||
    model === undefined ||
    baseHash === undefined
  ) {
    throw new TributaryError({
      code: 'PUBLISH_INCOMPLETE',
      message: 'The adapter, or the fingerprint of its base model, is not in this browser.',
      facts: { adapterId: id, modelId: run.modelId },
      hint: 'Train it again on a base model of the list.',
    });
  }
  const [{ modelIdOf }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
  const modelId = hasChain() ? modelIdOf({ proposer: author.address, slug: modelSlug(run) }) : undefined;
  const training: Record<string, Json> = {
    settings: { ...run.settings },
    sources: run.sources.map(({ datanetId, source, rowCount }) => ({ datanetId, source, rowCount })),
    rowCount: run.rowCount,
    steps: run.losses.at(-1)?.[0] ?? 0,
    finalLoss: run.losses.at(-1)?.[1] ?? null,
    ...(modelId === undefined ? {} : { model: modelId }),
  };
  const { cid } = await publishAdapter({
    name,
    licence,
    base: { name: model.name, sha256: baseHash },
    config: JSON.parse(new TextDecoder().decode(configuration)) as Record<string, Json>,
    weights,
    index: index ?? null,
    datanets: record.datanetIds,
    contributions: run.sources
      .filter(({ source }) => !source.startsWith(samplePrefix))
      .map(({ source }) => asCid(source)),
    training,
    signer: {
      address: author.address,
      signMessage(bytes) {
        onStep('sign');
        return author.signMessage(bytes);
      },
    },
    blocks: node.blocks,
    files: node.blocks,
    timestamp: Date.now(),
    chainId: config().deployment?.chainId ?? 1,
  });
  const data: AdapterData = {
    runId: run.id,
    author: author.address.toLowerCase(),
    ...(modelId === undefined ? {} : { modelId }),
  };
  const published: AdapterRecord = { ...record, name, manifestCid: cid, data };
  await guardWrite(() => database().adapters.put(published));
  onStep('announce');
  await node.announce({ kind: 'adapter', scope: '', cid });
  if (modelId === undefined) return published;
  onStep('register');
  return registerAdapter(published, run, author);
}

/** Proposes the model and publishes this adapter as its version. A refusal or failure is kept in the record. */
export async function registerAdapter(
  record: AdapterRecord,
  run: TrainingRun,
  author: MessageSigner,
): Promise<AdapterRecord> {
  const before = adapterData(record);
  const keep = async (data: AdapterData): Promise<AdapterRecord> => {
    const next: AdapterRecord = { ...record, data };
    await guardWrite(() => database().adapters.put(next));
    return next;
  };
  const { registerError: _registerError, ...known } = before;
  try {
    const chain = await settlement();
    await ensureGas(chain, author.address);
    const manifestDigest = cidDigest(record.manifestCid ?? '');
    const weightsHash = record.files.find((file) => file.name === 'adapter_model.safetensors')?.sha256 ?? '';
    const baseHash = (await listModels()).find((model) => model.id === run.modelId)?.sha256;
    const datanets: Hex[] = [];
    for (const datanetId of record.datanetIds) {
      const id = await chainDatanetId(datanetId);
      if (id !== undefined) datanets.push(id);
    }
    const exists = (await chain.models()).some((model) => model.id === before.modelId);
    const modelId = exists
      ? (before.modelId as Hex)
      : (
          await chain.proposeModel({
            slug: modelSlug(run),
            datanets,
            baseModelDigest: `0x${baseHash ?? ''}`,
            specificationDigest: manifestDigest,
            ownerBps,
            price: defaultPrice,
          })
        ).modelId;
    const { rows } = await collectSourceRows(run.sources);
    const { trained } = splitHoldout(rows, run.settings.seed);
    const { hash } = await chain.publishVersion({
      modelId: modelId,
      adapterDigest: `0x${weightsHash}`,
      manifestDigest,
      trainSetRoot: `0x${rowsRoot(trained.map((row) => asRowHash(row.rowHash)))}`,
    });
    return await keep({ ...known, modelId, transaction: hash });
  } catch (error) {
    if (isAbort(error)) return record;
    return keep({ ...known, registerError: toTributaryError(error).serialize() });
  }
}
