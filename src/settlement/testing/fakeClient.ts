// A settlement client whose contracts answer from a table, for unit tests of actions; real contracts answer in test/settlement.
import {
  type Abi,
  createClient,
  custom,
  decodeFunctionData,
  encodeFunctionResult,
  getAbiItem,
  type Hex,
  numberToHex,
  zeroHash,
} from 'viem';
import { datanetRegistryAbi } from '../abi/datanetRegistry.ts';
import { inferenceEscrowAbi } from '../abi/inferenceEscrow.ts';
import { modelRegistryAbi } from '../abi/modelRegistry.ts';
import { openTokenAbi } from '../abi/openToken.ts';
import { rewardsDistributorAbi } from '../abi/rewardsDistributor.ts';
import type { ChainClient } from '../client/chainClient.ts';
import { createSettlementClient, type SettlementClient } from '../client/settlementClient.ts';
import type { EventName, EventReader, EventRecord } from '../events/eventReader.ts';
import { matchesArgs } from '../events/matchesArgs.ts';
import type { Deployment } from '../types/deployment.ts';
import type { LedgerSource } from '../types/ledger.ts';
import type { ConnectedWallet, TransactionRequest } from '../types/wallet.ts';

const abi: Abi = [
  ...inferenceEscrowAbi,
  ...openTokenAbi,
  ...rewardsDistributorAbi,
  ...datanetRegistryAbi,
  ...modelRegistryAbi,
];
const address = (digit: number): Hex => `0x${String(digit).repeat(40)}`;

export const WALLET_ADDRESS = address(9);
export const BLOCK_TIMESTAMP = 1_000;
const GAS = 100_000;

const addresses = {
  openToken: address(1),
  inferenceEscrow: address(2),
  rewardsDistributor: address(3),
  datanetRegistry: address(4),
  modelRegistry: address(5),
  multicall3: address(6),
};

export interface Call {
  readonly to: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface FakeClientParameters {
  /** Results of view functions by name. */
  readonly views?: Readonly<Record<string, unknown>>;
  readonly signTypedData?: ConnectedWallet['signTypedData'];
  readonly wallet?: 'none';
  readonly ledgerSource?: LedgerSource;
  readonly events?: readonly Pick<EventRecord, 'name' | 'args'>[];
  /** Status of every transaction's receipt. */
  readonly status?: '0x0' | '0x1';
}

export interface FakeClient {
  readonly client: SettlementClient;
  /** Transactions that the wallet sent, decoded. */
  readonly sent: (Call & { readonly gas: bigint | undefined })[];
}

function decode(to: string, data: Hex): Call {
  const { functionName, args } = decodeFunctionData({ abi, data });
  return { to, name: functionName, args: args ?? [] };
}

export function fakeClient(parameters: FakeClientParameters = {}): FakeClient {
  const sent: FakeClient['sent'] = [];

  function call({ to, data }: { readonly to: string; readonly data: Hex }): Hex {
    const { name } = decode(to, data);
    const item = getAbiItem({ abi, name }) as { stateMutability: string; outputs: readonly { type: string }[] };
    if (item.stateMutability === 'view') {
      return encodeFunctionResult({
        abi: [item as never],
        functionName: name,
        result: parameters.views?.[name],
      } as never);
    }
    // A simulation: what it returns is not looked at.
    return item.outputs.length === 0 ? '0x' : `0x${'0'.repeat(63)}1`;
  }

  function answer(method: string, params: readonly never[]): unknown {
    const [first] = params;
    if (method === 'eth_call') return call(first as unknown as { to: string; data: Hex });
    if (method === 'eth_estimateGas') return numberToHex(GAS);
    if (method === 'eth_blockNumber') return '0x7';
    if (method === 'eth_getBlockByNumber')
      return { number: '0x7', timestamp: numberToHex(BLOCK_TIMESTAMP), transactions: [] };
    if (method === 'eth_getTransactionReceipt') {
      const { status = '0x1' } = parameters;
      return { transactionHash: first, blockNumber: '0x7', blockHash: zeroHash, gasUsed: '0x1', status, logs: [] };
    }
    throw new Error(`no method ${method}`);
  }

  const wallet: ConnectedWallet = {
    kind: 'injected',
    id: 'org.example',
    name: 'Example',
    address: WALLET_ADDRESS,
    signMessage: async () => '0x',
    signTypedData: parameters.signTypedData ?? (async () => '0x'),
    async sendTransaction({ to, data, gas }: TransactionRequest) {
      sent.push({ ...decode(to, data), gas });
      return numberToHex(sent.length, { size: 32 });
    },
    onChange: () => () => undefined,
  };
  const deployment = { chainId: 10, rpcUrl: 'http://127.0.0.1:1', addresses, profile: {} } as unknown as Deployment;
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> =>
    answer(method, (params ?? []) as readonly never[]);
  const events: EventReader = {
    list: async <Name extends EventName>({ name, args }: { name: Name; args?: object }) =>
      (parameters.events ?? []).filter(
        (event) => event.name === name && matchesArgs(event as EventRecord, args),
      ) as unknown as readonly EventRecord<Name>[],
  };
  return {
    client: {
      ...createSettlementClient({
        deployment,
        wallet: parameters.wallet === 'none' ? undefined : wallet,
        ledgerSource: parameters.ledgerSource,
      }),
      rpc: createClient({
        transport: custom({ request }, { retryCount: 0 }),
        pollingInterval: 1,
      }) as never as ChainClient,
      events,
    },
    sent,
  };
}
