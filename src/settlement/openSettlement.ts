// Puts the actions on one deployment together.
import { getBlock, getBlockNumber, getChainId, getCode } from 'viem/actions';
import type { ActionContext } from './actions/context.ts';
import { ask } from './actions/context.ts';
import { escrowActions } from './actions/escrow.ts';
import { registryActions } from './actions/registries.ts';
import { rewardActions } from './actions/rewards.ts';
import { chainClient } from './chainClient.ts';
import { refuseTestKey } from './localChain.ts';
import { settlementError } from './settlementError.ts';
import type { ChainHealth, OpenSettlementParameters, ReadOptions, Settlement } from './types.ts';

async function health({ client, deployment }: ActionContext, options: ReadOptions | undefined): Promise<ChainHealth> {
  try {
    const chainId = await ask(() => getChainId(client), options);
    if (chainId !== deployment.chainId) return { state: 'wrongChain', chainId };
    const [genesis, code, blockNumber] = await ask(
      () =>
        Promise.all([
          getBlock(client, { blockNumber: 0n }),
          getCode(client, { address: deployment.addresses.addressBook }),
          getBlockNumber(client),
        ]),
      options,
    );
    if (genesis.hash !== deployment.genesisHash) return { state: 'reset' };
    return code === undefined ? { state: 'notDeployed' } : { state: 'ready', blockNumber };
  } catch (error) {
    const failure = settlementError(error);
    if (failure.code === 'CHAIN_UNREACHABLE') return { state: 'unreachable' };
    throw failure;
  }
}

/** Opens a deployment. Nothing is asked of the chain before the first call. Throws `WALLET_TEST_KEY`. */
export function openSettlement({ deployment, wallet, ledgerSource }: OpenSettlementParameters): Settlement {
  if (wallet !== undefined) refuseTestKey(wallet.address, deployment.chainId);
  const context: ActionContext = { deployment, client: chainClient(deployment), wallet, ledgerSource };
  return {
    deployment,
    account: wallet?.address,
    health: (options) => health(context, options),
    ...escrowActions(context),
    ...rewardActions(context),
    ...registryActions(context),
  };
}
