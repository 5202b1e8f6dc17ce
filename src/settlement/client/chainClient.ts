// The viem client on the deployment's RPC server; reads are batched by multicall.
import { createClient, defineChain, http } from 'viem';
import { LOCAL_CHAIN_ID } from '../localChain.ts';
import type { Deployment } from '../types/deployment.ts';

/** A client without an account: it reads and waits for receipts. */
export function chainClient(deployment: Deployment) {
  const chain = defineChain({
    id: deployment.chainId,
    name: deployment.chainName,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [deployment.rpcUrl] } },
    contracts: { multicall3: { address: deployment.addresses.multicall3 } },
  });
  return createClient({
    chain,
    transport: http(deployment.rpcUrl, { retryCount: 1, timeout: 10_000 }),
    // Hundreds of reads a request: viem's own limit of 1,024 bytes lets about fifteen pass.
    batch: { multicall: { batchSize: 32_768 } },
    cacheTime: 0,
    // The local chain mines a block per transaction; others every second or slower.
    pollingInterval: deployment.chainId === LOCAL_CHAIN_ID ? 50 : 1_000,
  });
}

export type ChainClient = ReturnType<typeof chainClient>;
