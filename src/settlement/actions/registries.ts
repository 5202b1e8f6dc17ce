// Datanets, contributions, models and versions: lists by events, details by view.
import { getAbiItem, parseEventLogs, zeroAddress } from 'viem';
import { readContract } from 'viem/actions';
import { wei } from '../../lib/units.ts';
import { datanetRegistryAbi } from '../abi/datanetRegistry.ts';
import { modelRegistryAbi } from '../abi/modelRegistry.ts';
import { openTokenAbi } from '../abi/openToken.ts';
import { datanetIdOf, modelIdOf, saltOf } from '../identifiers.ts';
import type { ContributionStatus, ModelStatus, Settlement } from '../types.ts';
import { type ActionContext, ask, confirmation, readLogs, requireWallet, write } from './context.ts';

type RegistryActions = Pick<
  Settlement,
  | 'datanets'
  | 'contributions'
  | 'createDatanet'
  | 'contribute'
  | 'models'
  | 'versions'
  | 'proposeModel'
  | 'publishVersion'
>;

const modelStatuses: readonly ModelStatus[] = ['none', 'proposed', 'disputed', 'active', 'rejected', 'retired'];
// The contract's first status, `None`, belongs to no listed contribution.
const contributionStatuses: readonly ContributionStatus[] = ['submitted', 'submitted', 'accepted', 'rejected'];

export function registryActions(context: ActionContext): RegistryActions {
  const { client, deployment } = context;
  const { openToken, datanetRegistry, modelRegistry } = deployment.addresses;
  const datanets = { address: datanetRegistry, abi: datanetRegistryAbi } as const;
  const models = { address: modelRegistry, abi: modelRegistryAbi } as const;

  return {
    async datanets(options) {
      const event = getAbiItem({ abi: datanetRegistryAbi, name: 'DatanetCreated' });
      const logs = await readLogs(context, { address: datanetRegistry, event }, options);
      return ask(
        () =>
          Promise.all(
            logs.map(async ({ args: { datanetId } }) => {
              const record = await readContract(client, { ...datanets, functionName: 'datanet', args: [datanetId] });
              return {
                id: datanetId,
                owner: record.owner,
                metadataDigest: record.metadataDigest,
                curator: record.curator,
                minimumStake: wei(record.minimumStake),
                contributions: Number(record.contributions),
              };
            }),
          ),
        options,
      );
    },

    async contributions({ datanetId, ...options }) {
      const event = getAbiItem({ abi: datanetRegistryAbi, name: 'Contributed' });
      const logs = await readLogs(context, { address: datanetRegistry, event, args: { datanetId } }, options);
      return ask(
        () =>
          Promise.all(
            logs.map(async ({ args: { index } }) => {
              const call = { ...datanets, functionName: 'contribution', args: [datanetId, index] } as const;
              const record = await readContract(client, call);
              return {
                datanetId,
                index: Number(index),
                contributor: record.contributor,
                rowsRoot: record.rowsRoot,
                headerDigest: record.headerDigest,
                rowCount: record.rowCount,
                stake: wei(record.stake),
                at: Number(record.submittedAt),
                status: contributionStatuses[record.status] ?? 'submitted',
              };
            }),
          ),
        options,
      );
    },

    async createDatanet({ slug, metadataDigest, curator = zeroAddress, minimumStake = 0n, ...options }) {
      const creator = requireWallet(context).address;
      const args = [saltOf(slug), metadataDigest, curator, minimumStake] as const;
      const result = await write(context, { ...datanets, functionName: 'createDatanet', args }, options);
      return { ...confirmation(result), datanetId: datanetIdOf({ creator, slug }) };
    },

    async contribute({ datanetId, rowsRoot, headerDigest, rowCount, stake = 0n, ...options }) {
      if (stake > 0n) {
        const approve = { address: openToken, abi: openTokenAbi, functionName: 'approve' } as const;
        await write(context, { ...approve, args: [datanetRegistry, stake] }, options);
      }
      const args = [datanetId, rowsRoot, headerDigest, rowCount, stake] as const;
      const result = await write(context, { ...datanets, functionName: 'contribute', args }, options);
      const { logs } = result.receipt;
      const [contributed] = parseEventLogs({ abi: datanetRegistryAbi, eventName: 'Contributed', logs });
      return { ...confirmation(result), index: Number(contributed?.args.index) };
    },

    async models(options) {
      const event = getAbiItem({ abi: modelRegistryAbi, name: 'ModelProposed' });
      const logs = await readLogs(context, { address: modelRegistry, event }, options);
      return ask(
        () =>
          Promise.all(
            logs.map(async ({ args: { modelId, datanets } }) => {
              const [record, price] = await Promise.all([
                readContract(client, { ...models, functionName: 'model', args: [modelId] }),
                readContract(client, { ...models, functionName: 'priceOf', args: [modelId] }),
              ]);
              return {
                id: modelId,
                owner: record.owner,
                status: modelStatuses[record.status] ?? 'none',
                ownerBps: record.ownerBps,
                price: wei(price),
                datanets,
                baseModelDigest: record.baseModelDigest,
                specificationDigest: record.specificationDigest,
                versions: record.versions,
              };
            }),
          ),
        options,
      );
    },

    async versions({ modelId, ...options }) {
      const event = getAbiItem({ abi: modelRegistryAbi, name: 'VersionPublished' });
      const logs = await readLogs(context, { address: modelRegistry, event, args: { modelId } }, options);
      return ask(
        () =>
          Promise.all(
            logs.map(async ({ args: { version } }) => {
              const call = { ...models, functionName: 'versionOf', args: [modelId, version] } as const;
              const { adapterDigest, manifestDigest, trainSetRoot, publishedAt } = await readContract(client, call);
              return { modelId, version, adapterDigest, manifestDigest, trainSetRoot, at: Number(publishedAt) };
            }),
          ),
        options,
      );
    },

    async proposeModel({ slug, datanets, baseModelDigest, specificationDigest, ownerBps, price, ...options }) {
      const proposer = requireWallet(context).address;
      const args = [saltOf(slug), datanets, baseModelDigest, specificationDigest, ownerBps, price] as const;
      const result = await write(context, { ...models, functionName: 'proposeModel', args }, options);
      return { ...confirmation(result), modelId: modelIdOf({ proposer, slug }) };
    },

    async publishVersion({ modelId, adapterDigest, manifestDigest, trainSetRoot, ...options }) {
      const args = [modelId, adapterDigest, manifestDigest, trainSetRoot] as const;
      const result = await write(context, { ...models, functionName: 'publishVersion', args }, options);
      const { logs } = result.receipt;
      const [published] = parseEventLogs({ abi: modelRegistryAbi, eventName: 'VersionPublished', logs });
      return { ...confirmation(result), version: Number(published?.args.version) };
    },
  };
}
