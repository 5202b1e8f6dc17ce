// The first parameter of every action: one deployment, its RPC server, its event logs, and the wallet if one is connected.
import { datanetRegistryAbi } from '../abi/datanetRegistry.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { modelRegistryAbi } from '../abi/modelRegistry.ts';
import { openTokenAbi } from '../abi/openToken.ts';
import { rewardsDistributorAbi } from '../abi/rewardsDistributor.ts';
import type { EventReader } from '../events/eventReader.ts';
import type { EventTables } from '../events/eventTables.ts';
import { scanEvents } from '../events/scanEvents.ts';
import { storedEvents } from '../events/storedEvents.ts';
import { refuseTestKey } from '../localChain.ts';
import type { Deployment } from '../types/deployment.ts';
import type { LedgerSource } from '../types/ledger.ts';
import type { ConnectedWallet } from '../types/wallet.ts';
import { type ChainClient, chainClient } from './chainClient.ts';

export interface SettlementClientParameters {
  readonly deployment: Deployment;
  /** Without it only reads work; writes throw `WALLET_MISSING`. */
  readonly wallet?: ConnectedWallet | undefined;
  /** Without it `claimable` throws `LEDGER_UNAVAILABLE` as soon as a root is final. */
  readonly ledgerSource?: LedgerSource | undefined;
  /** Where events are stored between calls and visits. Without them each call that lists events scans the chain. */
  readonly tables?: EventTables | undefined;
}

export interface SettlementClient {
  readonly deployment: Deployment;
  /** viem's client on the deployment's RPC server; holds no account. */
  readonly rpc: ChainClient;
  readonly events: EventReader;
  readonly contracts: ReturnType<typeof contractsOf>;
  readonly wallet: ConnectedWallet | undefined;
  readonly ledgerSource: LedgerSource | undefined;
}

/** Address and ABI of each contract that the actions call. */
function contractsOf({ addresses }: Deployment) {
  return {
    openToken: { address: addresses.openToken, abi: openTokenAbi },
    datanetRegistry: { address: addresses.datanetRegistry, abi: datanetRegistryAbi },
    modelRegistry: { address: addresses.modelRegistry, abi: modelRegistryAbi },
    inferenceEscrow: { address: addresses.inferenceEscrow, abi: inferenceEscrowAbi },
    rewardsDistributor: { address: addresses.rewardsDistributor, abi: rewardsDistributorAbi },
  } as const;
}

/** Sends no request. Throws `WALLET_TEST_KEY`. */
export function createSettlementClient(parameters: SettlementClientParameters): SettlementClient {
  const { deployment, wallet, ledgerSource, tables } = parameters;
  if (wallet !== undefined) refuseTestKey(wallet.address, deployment.chainId);
  const rpc = chainClient(deployment);
  const events = tables === undefined ? scanEvents({ rpc, deployment }) : storedEvents({ rpc, deployment, tables });
  return { deployment, rpc, events, contracts: contractsOf(deployment), wallet, ledgerSource };
}
