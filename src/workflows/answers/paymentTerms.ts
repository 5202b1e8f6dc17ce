// What a model on chain asks for its answers, and whether an adapter may speak for that model.
import type { Deployment, Hex } from '../../settlement/index.ts';
import type { PaymentPorts } from './paymentPorts.ts';

export interface PaymentTerms {
  readonly modelId: Hex;
  /** Wei of OPEN per 1,000 tokens of answer. */
  readonly price: bigint;
  readonly ownerBps: number;
}

/** The part of an adapter that says whom an answer pays. */
export interface PayableAdapter {
  readonly id: string;
  /** Listed by the maintainer's configuration, or put here by anybody. */
  readonly source: 'config' | 'browser';
  /** CID of its signed manifest. */
  readonly manifest?: string;
  /** What was stored with it; an adapter of this browser may name its model here. */
  readonly data?: unknown;
}

/** The model that stands for an adapter on chain, if it is there: listed by the deployment, or named by the adapter. */
export function onChainModel({ id, data }: PayableAdapter, { models }: Pick<Deployment, 'models'>): Hex | undefined {
  const listed = models.find((model) => model.slug === id)?.id;
  if (listed !== undefined) return listed;
  const modelId = typeof data === 'object' && data !== null && 'modelId' in data ? data.modelId : undefined;
  return typeof modelId === 'string' && /^0x[0-9a-f]{64}$/i.test(modelId) ? (modelId as Hex) : undefined;
}

export interface PaymentTermsParameters {
  readonly adapter: PayableAdapter;
  readonly ports: Pick<PaymentPorts, 'chain' | 'confirmedVersions' | 'deployment'>;
}

/** Whether the model lists this manifest among its versions. */
async function isVersionOf(manifest: string, modelId: Hex, ports: PaymentTermsParameters['ports']): Promise<boolean> {
  const key = `${modelId}/${manifest}`;
  if (ports.confirmedVersions.has(key)) return true;
  // Loaded here: few adapters name a manifest of their own, and every room that shows a price imports this file.
  const [{ cidDigest }, chain] = await Promise.all([import('../../datanet/index.ts'), ports.chain()]);
  const digest = cidDigest(manifest).toLowerCase();
  const versions = await chain.versions({ modelId });
  const found = versions.some(({ manifestDigest }) => manifestDigest.toLowerCase() === digest);
  if (found) ports.confirmedVersions.add(key);
  return found;
}

/**
 * Terms of an adapter's model; undefined when it is not on chain, not active, or the chain does not list the adapter among
 * the model's versions. Anyone may write any model's number into a manifest; only the model's owner can publish a version
 * of it. Throws what the chain throws.
 */
export async function paymentTerms({ adapter, ports }: PaymentTermsParameters): Promise<PaymentTerms | undefined> {
  const modelId = onChainModel(adapter, ports.deployment);
  if (modelId === undefined) return undefined;
  const chain = await ports.chain();
  const model = (await chain.models()).find(({ id }) => id.toLowerCase() === modelId.toLowerCase());
  if (model === undefined || model.status !== 'active') return undefined;
  const { source, manifest } = adapter;
  if (source === 'browser' && manifest !== undefined && !(await isVersionOf(manifest, model.id, ports))) {
    return undefined;
  }
  return { modelId: model.id, price: model.price, ownerBps: model.ownerBps };
}
