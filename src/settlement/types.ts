// The nouns of the settlement domain: where the contracts are, who signs, what is owed, what can be claimed.
// Amounts are bigint in wei of OPEN (1e-18) unless a name says `native`; times are seconds since 1970 as numbers; shares
// are integers in parts per million; identifiers and digests are 32 bytes as 0x-hex. Knows nothing of screens or storage.
import type { TypedDataDefinition } from 'viem';
import type { Wei } from '../lib/units.ts';

export type Hex = `0x${string}`;
export type Address = `0x${string}`;

/** Where one deployment of the contracts lives. Plain JSON: it is written by `npm start` and put in `config.json`. */
export interface Deployment {
  readonly chainId: number;
  /** Shown in wallets when the chain is added. */
  readonly chainName: string;
  readonly rpcUrl: string;
  /** Hash of block 0: tells a reset local chain from the one that this browser has seen. */
  readonly genesisHash: Hex;
  /** First block worth reading logs from. */
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
  /** How long after its end an epoch still takes vouchers. */
  readonly graceSeconds: number;
  /** How long a proposed reward root can be challenged. */
  readonly windowSeconds: number;
  readonly thawSeconds: number;
}

/** The signature port that `datanet` declares: EIP-191 `personal_sign` over bytes. */
export interface MessageSigner {
  readonly address: Address;
  signMessage(bytes: Uint8Array): Promise<Hex>;
}

// ---------------------------------------------------------------------------------------------- wallets

/** The part of EIP-1193 that is used. */
export interface Eip1193Provider {
  request(parameters: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
  on?(event: string, listener: (...values: never[]) => void): unknown;
  removeListener?(event: string, listener: (...values: never[]) => void): unknown;
}

/** A wallet that announced itself by EIP-6963. `rdns` is stable between visits (`io.metamask`), `uuid` is not. */
export interface AnnouncedWallet {
  readonly uuid: string;
  readonly rdns: string;
  readonly name: string;
  /** Data URI of the icon. */
  readonly icon: string;
  readonly provider: Eip1193Provider;
}

export interface WalletDiscovery {
  /** The wallets announced so far. */
  wallets(): readonly AnnouncedWallet[];
  stop(): void;
}

/** A call to a contract, ready to be signed and sent. */
export interface TransactionRequest {
  readonly to: Address;
  readonly data: Hex;
  /** Gas limit; without it the wallet estimates. */
  readonly gas?: bigint;
}

/** Signs and sends for one address. `openSettlement` takes it; `datanet` takes it as its `Signer`. */
export interface ConnectedWallet extends MessageSigner {
  readonly kind: 'injected' | 'burner';
  /** `rdns` of an injected wallet, `burner` for the local one: what the app remembers to connect again. */
  readonly id: string;
  readonly name: string;
  /** EIP-712. The argument is what viem calls a typed data definition. */
  signTypedData(typedData: TypedDataDefinition): Promise<Hex>;
  /** Sends and returns the transaction's hash; asks the wallet to change to the deployment's chain first. */
  sendTransaction(request: TransactionRequest): Promise<Hex>;
  /** Reports another account or chain chosen in the wallet, or its leaving. Returns a function that stops. */
  onChange(listener: (change: WalletChange) => void): () => void;
}

export type WalletChange =
  | { readonly kind: 'account'; readonly address: Address }
  | { readonly kind: 'chain'; readonly chainId: number }
  | { readonly kind: 'disconnected' };

// ---------------------------------------------------------------------------------------------- vouchers

/** EIP-712 `Voucher`: everything that `payer` owes for `modelId` in `epoch` so far. A later one replaces an earlier one. */
export interface Voucher {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly cumulative: bigint;
  /** How many receipts `receiptsRoot` covers. */
  readonly count: bigint;
  readonly receiptsRoot: Hex;
}

/** A voucher as it is announced: signed, with the digests of the receipts under its root. */
export interface SignedVoucher {
  readonly voucher: Voucher;
  /** The payer, or a session key of the payer. */
  readonly signer: Address;
  readonly signature: Hex;
  /** SHA-256 of each receipt's bytes, in the order in which they were paid. */
  readonly receipts: readonly Hex[];
}

/** What the app's store keeps for each (payer, model, epoch); survives structured clone. */
export interface Channel {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly cumulative: bigint;
  readonly receipts: readonly Hex[];
}

/** A key made in this browser that may sign vouchers for a payer, within the cap set on chain. Survives structured clone. */
export interface SessionKey {
  readonly address: Address;
  readonly privateKey: Hex;
}

export interface SessionKeyState {
  /** Zero when the key was never set. */
  readonly validUntil: number;
  readonly cap: Wei;
  readonly spent: Wei;
}

// ---------------------------------------------------------------------------------------------- money

/** How one collected amount is divided. The five parts add to the amount. */
export interface FeeSplit {
  readonly protocol: Wei;
  readonly attestors: Wei;
  readonly owner: Wei;
  readonly collector: Wei;
  /** The remainder: what the contributors of the rows get. */
  readonly contributors: Wei;
}

export interface Balances {
  /** Gas money of the chain, in its own smallest unit. */
  readonly native: bigint;
  readonly open: Wei;
  readonly escrow: Wei;
  readonly thawing: Wei;
  /** When `thawing` can be withdrawn; 0 when nothing thaws. */
  readonly thawEnd: number;
  /** Fees earned as model owner, collector or treasury, to withdraw. */
  readonly credits: Wei;
}

export interface EpochState {
  readonly epoch: bigint;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Last moment at which its vouchers are taken. */
  readonly closesAt: number;
  /** The chain's own clock. */
  readonly now: number;
}

export interface EpochPool {
  readonly epoch: bigint;
  readonly total: Wei;
  readonly models: readonly { readonly modelId: Hex; readonly amount: Wei }[];
}

/** One voucher as the chain drew it. */
export interface Collection {
  readonly payer: Address;
  readonly modelId: Hex;
  readonly epoch: bigint;
  readonly amount: Wei;
  readonly receiptsRoot: Hex;
}

export type RootStatus = 'none' | 'proposed' | 'challenged' | 'final';

/** One cumulative reward root. */
export interface RewardRoot {
  readonly root: Hex;
  /** SHA-256 of the ledger's bytes; `ledgerCid` gives the CID under which they are published. */
  readonly dataDigest: Hex;
  readonly total: Wei;
  readonly epoch: bigint;
  /** When it can be finalised. */
  readonly activeAt: number;
  readonly proposer: Address;
  readonly bond: Wei;
  readonly status: RootStatus;
}

export interface RewardsState {
  /** The root that claims are checked against; status `none` before the first epoch was settled. */
  readonly current: RewardRoot;
  readonly pending: RewardRoot;
  /** The first epoch that no final root covers. */
  readonly nextEpoch: bigint;
  readonly totalFunded: Wei;
  readonly totalClaimed: Wei;
}

// ---------------------------------------------------------------------------------------------- ledger

export interface AccountShare {
  readonly account: Address;
  readonly ppm: number;
}

/** What the ledger needs of one receipt. The shares may add to less than 1,000,000: the rest is unattributed. */
export interface LedgerReceipt {
  /** SHA-256 of the receipt's bytes. */
  readonly digest: Hex;
  readonly modelId: Hex;
  readonly amount: bigint;
  readonly shares: readonly AccountShare[];
}

/** How one model's pool of one epoch was divided: everything that a stranger needs to divide it again. */
export interface LedgerModel {
  readonly modelId: Hex;
  /** The contributors' part of what was collected, as the chain states it. */
  readonly pool: Wei;
  readonly receipts: readonly LedgerReceipt[];
  /** Who is paid for unattributed parts: shares by accepted rows, adding to 1,000,000, or none. */
  readonly fallback: readonly AccountShare[];
}

/** The cumulative rewards after some epoch: the data behind a root. */
export interface Ledger {
  readonly epoch: bigint;
  readonly root: Hex;
  readonly total: Wei;
  /** Digest of the ledger before this one; undefined for the first. */
  readonly previous: Hex | undefined;
  /** Ascending by address; cumulative over all epochs. */
  readonly accounts: readonly { readonly account: Address; readonly cumulative: Wei }[];
  readonly models: readonly LedgerModel[];
}

export interface Claimable {
  /** What `claim` would pay now. */
  readonly amount: Wei;
  readonly cumulative: Wei;
  readonly claimed: Wei;
  readonly proof: readonly Hex[];
}

/**
 * Gives the bytes of a published ledger by their SHA-256, from wherever the app can read them (IPFS, relay, folder), or
 * undefined when nobody has them. The bytes are checked against digest and root, so the source need not be trusted.
 */
export type LedgerSource = (
  digest: Hex,
  options?: { readonly signal?: AbortSignal },
) => Promise<Uint8Array | undefined>;

// ---------------------------------------------------------------------------------------------- registries

export interface DatanetRecord {
  readonly id: Hex;
  readonly owner: Address;
  /** SHA-256 of the datanet's description. */
  readonly metadataDigest: Hex;
  /** Zero address: every contribution is accepted at once. */
  readonly curator: Address;
  readonly minimumStake: Wei;
  readonly contributions: number;
}

export type ContributionStatus = 'submitted' | 'accepted' | 'rejected';

export interface ContributionRecord {
  readonly datanetId: Hex;
  readonly index: number;
  readonly contributor: Address;
  readonly rowsRoot: Hex;
  /** SHA-256 of the signed contribution header: the digest inside its CID. */
  readonly headerDigest: Hex;
  readonly rowCount: number;
  readonly stake: Wei;
  readonly at: number;
  readonly status: ContributionStatus;
}

export type ModelStatus = 'none' | 'proposed' | 'disputed' | 'active' | 'rejected' | 'retired';

export interface ModelRecord {
  readonly id: Hex;
  readonly owner: Address;
  readonly status: ModelStatus;
  readonly ownerBps: number;
  /** OPEN per 1,000 generated tokens, as the owner asks. */
  readonly price: Wei;
  readonly datanets: readonly Hex[];
  readonly baseModelDigest: Hex;
  readonly specificationDigest: Hex;
  readonly versions: number;
}

export interface ModelVersion {
  readonly modelId: Hex;
  readonly version: number;
  readonly adapterDigest: Hex;
  readonly manifestDigest: Hex;
  readonly trainSetRoot: Hex;
  readonly at: number;
}

// ---------------------------------------------------------------------------------------------- settlement

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends ReadOptions {
  /** Called when the wallet has sent the transaction, before it is in a block. */
  readonly onSubmitted?: ((hash: Hex) => void) | undefined;
}

/** A transaction in a block. */
export interface Confirmation {
  readonly hash: Hex;
  readonly blockNumber: bigint;
  readonly gasUsed: bigint;
}

export interface CollectResult extends Confirmation {
  readonly total: Wei;
  readonly collected: readonly { readonly index: number; readonly voucher: Voucher; readonly amount: Wei }[];
  readonly refused: readonly { readonly index: number; readonly voucher: Voucher; readonly reason: string }[];
}

export type ChainHealth =
  | { readonly state: 'ready'; readonly blockNumber: bigint }
  | { readonly state: 'unreachable' }
  | { readonly state: 'wrongChain'; readonly chainId: number }
  /** The chain was started anew: everything remembered about it is void. */
  | { readonly state: 'reset' }
  | { readonly state: 'notDeployed' };

export interface OpenSettlementParameters {
  readonly deployment: Deployment;
  /** Without it only reads work; writes throw `WALLET_MISSING`. */
  readonly wallet?: ConnectedWallet | undefined;
  /** Without it `claimable` throws `LEDGER_UNAVAILABLE` as soon as there is something to look up. */
  readonly ledgerSource?: LedgerSource | undefined;
}

/**
 * Reads and writes on one deployment. Every failure is a `TributaryError`. Codes: `WALLET_MISSING`, `WALLET_REJECTED` (the
 * user said no), `WALLET_WRONG_CHAIN`, `CHAIN_UNREACHABLE`, `CHAIN_REVERTED` (unnamed), `GAS_MISSING`, and one per contract
 * error, for example `ESCROW_INSUFFICIENT_BALANCE`.
 */
export interface Settlement {
  readonly deployment: Deployment;
  readonly account: Address | undefined;

  health(options?: ReadOptions): Promise<ChainHealth>;
  balances(address: Address, options?: ReadOptions): Promise<Balances>;
  /** Gas money and 1,000 OPEN, on the local chain only (`FAUCET_LOCAL_ONLY`). */
  faucet(parameters: { readonly address: Address } & WriteOptions): Promise<Confirmation>;

  /** One signature and one transaction where the wallet signs permits, approve and deposit where not. */
  deposit(parameters: { readonly amount: bigint } & WriteOptions): Promise<Confirmation>;
  thaw(parameters: { readonly amount: bigint } & WriteOptions): Promise<Confirmation>;
  cancelThaw(parameters?: WriteOptions): Promise<Confirmation>;
  withdraw(parameters?: WriteOptions): Promise<Confirmation>;
  withdrawCredits(parameters: { readonly address: Address } & WriteOptions): Promise<Confirmation>;

  sessionKey(parameters: { readonly payer: Address; readonly signer: Address } & ReadOptions): Promise<SessionKeyState>;
  /** `validUntil` and `cap` can only grow; `revokeSessionKey` ends a key. */
  setSessionKey(
    parameters: { readonly signer: Address; readonly validUntil: number; readonly cap: bigint } & WriteOptions,
  ): Promise<Confirmation>;
  revokeSessionKey(parameters: { readonly signer: Address } & WriteOptions): Promise<Confirmation>;

  /** What the channel was already charged on chain. */
  collected(
    parameters: { readonly payer: Address; readonly modelId: Hex; readonly epoch: bigint } & ReadOptions,
  ): Promise<Wei>;
  /** Draws many vouchers at once; one bad voucher is refused and named, the others are paid. */
  collect(parameters: { readonly vouchers: readonly SignedVoucher[] } & WriteOptions): Promise<CollectResult>;

  epoch(options?: ReadOptions): Promise<EpochState>;
  pool(parameters: { readonly epoch: bigint } & ReadOptions): Promise<EpochPool>;
  /** Epochs from `from` on that hold money, ascending: what is to be settled, idle epochs left out. */
  fundedEpochs(parameters: { readonly from: bigint } & ReadOptions): Promise<readonly bigint[]>;
  /** What was drawn in an epoch, and the receipts' root of each voucher drawn. */
  collections(parameters: { readonly epoch: bigint } & ReadOptions): Promise<readonly Collection[]>;
  rewards(options?: ReadOptions): Promise<RewardsState>;
  /** Bond that `propose` of this epoch needs. */
  requiredBond(parameters: { readonly epoch: bigint } & ReadOptions): Promise<Wei>;
  bonded(parameters: { readonly address: Address } & ReadOptions): Promise<Wei>;
  bond(parameters: { readonly amount: bigint } & WriteOptions): Promise<Confirmation>;
  propose(parameters: { readonly ledger: Ledger; readonly dataDigest: Hex } & WriteOptions): Promise<Confirmation>;
  challenge(parameters: { readonly evidenceDigest: Hex } & WriteOptions): Promise<Confirmation>;
  finalize(parameters?: WriteOptions): Promise<Confirmation>;
  claimable(parameters: { readonly address: Address } & ReadOptions): Promise<Claimable>;
  /** Claims everything that is claimable for the connected account. Throws `REWARDS_NOTHING_TO_CLAIM`. */
  claim(parameters?: WriteOptions): Promise<Confirmation & { readonly amount: Wei }>;

  datanets(options?: ReadOptions): Promise<readonly DatanetRecord[]>;
  contributions(parameters: { readonly datanetId: Hex } & ReadOptions): Promise<readonly ContributionRecord[]>;
  /** `slug` and the connected account make the identifier: see `datanetIdOf`. */
  createDatanet(
    parameters: {
      readonly slug: string;
      readonly metadataDigest: Hex;
      readonly curator?: Address;
      readonly minimumStake?: bigint;
    } & WriteOptions,
  ): Promise<Confirmation & { readonly datanetId: Hex }>;
  contribute(
    parameters: {
      readonly datanetId: Hex;
      readonly rowsRoot: Hex;
      readonly headerDigest: Hex;
      readonly rowCount: number;
      readonly stake?: bigint;
    } & WriteOptions,
  ): Promise<Confirmation & { readonly index: number }>;

  models(options?: ReadOptions): Promise<readonly ModelRecord[]>;
  versions(parameters: { readonly modelId: Hex } & ReadOptions): Promise<readonly ModelVersion[]>;
  proposeModel(
    parameters: {
      readonly slug: string;
      readonly datanets: readonly Hex[];
      readonly baseModelDigest: Hex;
      readonly specificationDigest: Hex;
      readonly ownerBps: number;
      readonly price: bigint;
    } & WriteOptions,
  ): Promise<Confirmation & { readonly modelId: Hex }>;
  publishVersion(
    parameters: {
      readonly modelId: Hex;
      readonly adapterDigest: Hex;
      readonly manifestDigest: Hex;
      readonly trainSetRoot: Hex;
    } & WriteOptions,
  ): Promise<Confirmation & { readonly version: number }>;
}
