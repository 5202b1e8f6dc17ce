// One deployment of the contracts. Plain JSON: `npm start` writes it and the page reads it from `config.json`.
import type { Address, Hex } from './hex.ts';

export interface Deployment {
  readonly chainId: number;
  /** Shown in wallets when the chain is added. */
  readonly chainName: string;
  readonly rpcUrl: string;
  /** Hash of block 0: distinguishes a local chain that was reset from the one that this browser knows. */
  readonly genesisHash: Hex;
  /** The block of the first deployment transaction; no earlier block has logs of these contracts. */
  readonly fromBlock: number;
  readonly addresses: DeploymentAddresses;
  readonly profile: DeploymentProfile;
  /** Datanets and models that the deployment script registered, by the caller's own names. */
  readonly datanets: readonly { readonly slug: string; readonly id: Hex }[];
  readonly models: readonly { readonly slug: string; readonly id: Hex; readonly datanets: readonly Hex[] }[];
}

export interface DeploymentAddresses {
  readonly openToken: Address;
  readonly datanetRegistry: Address;
  readonly modelRegistry: Address;
  readonly inferenceEscrow: Address;
  readonly rewardsDistributor: Address;
  readonly governor: Address;
  readonly timelock: Address;
  readonly addressBook: Address;
  readonly multicall3: Address;
  /** Present on the local chain only. */
  readonly faucet?: Address;
}

/** The constructor arguments that a client needs, all durations in seconds. */
export interface DeploymentProfile {
  readonly epochSeconds: number;
  /** How long after its end an epoch still accepts vouchers. */
  readonly graceSeconds: number;
  /** How long a proposed reward root can be challenged. */
  readonly windowSeconds: number;
  readonly thawSeconds: number;
}
