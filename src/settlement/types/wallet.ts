// Who signs and sends: the EIP-1193 and EIP-6963 shapes that are used, and the wallet that the actions take.
import type { TypedDataDefinition } from 'viem';
import type { Address, Hex } from './hex.ts';

/** The signature port that `datanet` declares: EIP-191 `personal_sign` over bytes. */
export interface MessageSigner {
  readonly address: Address;
  signMessage(bytes: Uint8Array): Promise<Hex>;
}

/** The part of EIP-1193 in use here. */
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
  /** `rdns` of an injected wallet, `burner` for the local one: remembered by the app to connect again. */
  readonly id: string;
  readonly name: string;
  /** EIP-712; the argument is viem's typed data definition. */
  signTypedData(typedData: TypedDataDefinition): Promise<Hex>;
  /** Sends and returns the transaction's hash; asks the wallet to change to the deployment's chain first. */
  sendTransaction(request: TransactionRequest): Promise<Hex>;
  /** The wallet's own choice of a chain; absent where it has none. */
  readonly chain?: {
    id(): Promise<number>;
    /** Changes to the deployment's chain, which the wallet may ask about. Throws `WALLET_REJECTED`, `WALLET_WRONG_CHAIN`. */
    switch(): Promise<void>;
  };
  /** Calls `listener` when the wallet changes account or chain, or disconnects. Returns a function that stops listening. */
  onChange(listener: (change: WalletChange) => void): () => void;
}

export type WalletChange =
  | { readonly kind: 'account'; readonly address: Address }
  | { readonly kind: 'chain'; readonly chainId: number }
  | { readonly kind: 'disconnected' };
