// The keeper of a chain: collects announced vouchers, proposes each closed epoch's ledger, finalises it after its window.
// `npm start` runs one on the local chain; anyone can run one elsewhere, since the contracts ask for a bond and no name.
// It knows vouchers and receipts, not how they were announced: whoever hears them hands them in.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type CollectResult,
  type ConnectedWallet,
  channelKey,
  type Deployment,
  decodeLedger,
  decodeSignedVoucher,
  type EpochState,
  encodeLedger,
  encodeSignedVoucher,
  type Hex,
  type Ledger,
  type LedgerReceipt,
  type LedgerSource,
  openSettlement,
  prepareLedger,
  type SignedVoucher,
  verifySignedVoucher,
} from '../src/settlement/index.ts';

export interface KeeperParameters {
  readonly deployment: Deployment;
  /** Pays the gas and, for proposals, the bond. */
  readonly wallet: ConnectedWallet;
  /** Where vouchers, receipts and ledgers are kept between runs. */
  readonly directory: string;
  /** Makes a ledger available to claimants before its root is proposed, for example by putting it on IPFS. */
  readonly publish?: (bytes: Uint8Array, digest: Hex) => Promise<void>;
  /** Finds ledgers that others proposed; without it, only those in `directory` are known. */
  readonly ledgerSource?: LedgerSource;
}

export type KeeperEvent =
  | { readonly kind: 'collected'; readonly result: CollectResult }
  | { readonly kind: 'proposed'; readonly ledger: Ledger; readonly digest: Hex }
  | { readonly kind: 'finalized'; readonly epoch: bigint };

export interface Keeper {
  /** Takes an announced voucher. False when it is not newer than a known one of its channel or not validly signed. */
  addVoucher(signed: SignedVoucher): Promise<boolean>;
  addReceipt(receipt: LedgerReceipt): void;
  /** Draws every known voucher that holds more than the chain has collected; undefined when there is none. */
  collect(): Promise<CollectResult | undefined>;
  /** Proposes the ledger of the first closed epoch that holds money; undefined when there is none or a root is pending. */
  propose(): Promise<{ readonly ledger: Ledger; readonly digest: Hex } | undefined>;
  /** Finalises the pending root when its window has ended. */
  finalize(): Promise<bigint | undefined>;
  /** Finalize, collect, propose: whatever can be done now. */
  step(): Promise<readonly KeeperEvent[]>;
  /** A ledger that this keeper published, by its digest: a `LedgerSource`. */
  ledger(digest: Hex): Promise<Uint8Array | undefined>;
}

/** Vouchers in one transaction: at some 60,000 gas each this stays far below a block's limit. */
const BATCH = 100;

interface Notebook {
  vouchers: SignedVoucher[];
  receipts: LedgerReceipt[];
}

/** Vouchers and receipts as JSON on disk; amounts are text there. */
function notebook(file: string) {
  const load = (): Notebook => {
    if (!existsSync(file)) return { vouchers: [], receipts: [] };
    const stored = JSON.parse(readFileSync(file, 'utf8')) as {
      vouchers: string[];
      receipts: (Omit<LedgerReceipt, 'amount'> & { amount: string })[];
    };
    return {
      vouchers: stored.vouchers.map((text) => decodeSignedVoucher(new TextEncoder().encode(text))),
      receipts: stored.receipts.map((receipt) => ({ ...receipt, amount: BigInt(receipt.amount) })),
    };
  };
  const save = ({ vouchers, receipts }: Notebook): void => {
    const text = JSON.stringify({
      vouchers: vouchers.map((signed) => new TextDecoder().decode(encodeSignedVoucher(signed))),
      receipts: receipts.map((receipt) => ({ ...receipt, amount: receipt.amount.toString() })),
    });
    // Renamed into place, so that a killed process leaves the old file or the new one, never half of one.
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  return { load, save };
}

export function createKeeper({ deployment, wallet, directory, publish, ledgerSource }: KeeperParameters): Keeper {
  const ledgers = path.join(directory, 'ledgers');
  mkdirSync(ledgers, { recursive: true });
  // A reset chain has other channels: its notes are kept apart.
  const book = notebook(path.join(directory, `keeper-${deployment.genesisHash.slice(2, 10)}.json`));
  const { vouchers: knownVouchers, receipts: knownReceipts } = book.load();
  /** All vouchers of a channel: the collected one need not be the latest one. */
  const keyOf = ({ voucher }: SignedVoucher): string => `${channelKey(voucher)}/${voucher.receiptsRoot}`;
  const vouchers = new Map(knownVouchers.map((signed) => [keyOf(signed), signed]));
  /** When a refused voucher may be tried again: its payer may deposit, but must not cost gas at every step. */
  const retryAt = new Map<string, number>();
  const receipts = new Map(knownReceipts.map((receipt) => [receipt.digest, receipt]));
  const save = (): void => book.save({ vouchers: [...vouchers.values()], receipts: [...receipts.values()] });

  const settlement = openSettlement({ deployment, wallet });

  function closesAt(epoch: bigint, state: EpochState): number {
    return state.closesAt + Number(epoch - state.epoch) * deployment.profile.epochSeconds;
  }

  /** The latest known voucher of each channel. */
  function latest(): SignedVoucher[] {
    const byChannel = new Map<string, SignedVoucher>();
    for (const signed of vouchers.values()) {
      const key = channelKey(signed.voucher);
      const other = byChannel.get(key);
      if (other === undefined || signed.voucher.cumulative > other.voucher.cumulative) byChannel.set(key, signed);
    }
    return [...byChannel.values()];
  }

  async function addVoucher(signed: SignedVoucher): Promise<boolean> {
    const { voucher } = signed;
    const known = latest().find((other) => channelKey(other.voucher) === channelKey(voucher));
    if (known !== undefined && known.voucher.cumulative >= voucher.cumulative) return false;
    if (!(await verifySignedVoucher({ deployment, signed }))) return false;
    vouchers.set(keyOf(signed), signed);
    save();
    return true;
  }

  async function collect(): Promise<CollectResult | undefined> {
    const state = await settlement.epoch();
    const open = latest().filter((signed) => {
      const { epoch } = signed.voucher;
      return (
        epoch <= state.epoch && closesAt(epoch, state) > state.now && (retryAt.get(keyOf(signed)) ?? 0) <= state.now
      );
    });
    const drawn = await Promise.all(open.map(({ voucher }) => settlement.collected(voucher)));
    const batch = open.filter(({ voucher }, index) => voucher.cumulative > (drawn[index] ?? 0n)).slice(0, BATCH);
    if (batch.length === 0) return undefined;
    const result = await settlement.collect({ vouchers: batch });
    for (const { index } of result.refused) {
      const signed = batch[index];
      if (signed !== undefined) retryAt.set(keyOf(signed), state.now + deployment.profile.graceSeconds);
    }
    return result;
  }

  async function ledger(digest: Hex): Promise<Uint8Array | undefined> {
    const file = path.join(ledgers, `${digest}.json`);
    return existsSync(file) ? new Uint8Array(readFileSync(file)) : undefined;
  }

  async function previousLedger(): Promise<{ ledger: Ledger; digest: Hex } | undefined> {
    const { current } = await settlement.rewards();
    if (current.status === 'none') return undefined;
    const digest = current.dataDigest;
    const bytes = (await ledger(digest)) ?? (await ledgerSource?.(digest));
    if (bytes === undefined)
      throw new Error(`The ledger ${digest} behind the current root was not found: nothing can follow it.`);
    return { ledger: decodeLedger({ bytes, digest }), digest };
  }

  async function propose(): Promise<{ ledger: Ledger; digest: Hex } | undefined> {
    const { pending, nextEpoch } = await settlement.rewards();
    if (pending.status !== 'none') return undefined;
    const [epoch] = await settlement.fundedEpochs({ from: nextEpoch });
    if (epoch === undefined) return undefined;
    const state = await settlement.epoch();
    if (state.now < closesAt(epoch, state)) return undefined;
    const { ledger: next, missing } = await prepareLedger({
      settlement,
      epoch,
      vouchers: vouchers.values(),
      receipt: (digest) => receipts.get(digest),
      previous: await previousLedger(),
    });
    // What was announced may still be on its way; after that the money goes by the receipts that are here.
    if (missing > 0 && state.now < closesAt(epoch, state) + deployment.profile.epochSeconds) return undefined;
    const { bytes, digest } = encodeLedger(next);
    writeFileSync(path.join(ledgers, `${digest}.json`), bytes);
    await publish?.(bytes, digest);
    const [required, free] = await Promise.all([
      settlement.requiredBond({ epoch }),
      settlement.bonded({ address: wallet.address }),
    ]);
    if (free < required) await settlement.bond({ amount: required - free });
    await settlement.propose({ ledger: next, dataDigest: digest });
    return { ledger: next, digest };
  }

  async function finalize(): Promise<bigint | undefined> {
    const [{ pending }, { now }] = await Promise.all([settlement.rewards(), settlement.epoch()]);
    if (pending.status !== 'proposed' || now < pending.activeAt) return undefined;
    await settlement.finalize();
    // Vouchers of settled epochs can never be collected again, and their receipts now stand in the ledger.
    for (const [key, { voucher, receipts: paid }] of vouchers) {
      if (voucher.epoch > pending.epoch) continue;
      vouchers.delete(key);
      retryAt.delete(key);
      for (const digest of paid) receipts.delete(digest);
    }
    save();
    return pending.epoch;
  }

  return {
    addVoucher,
    addReceipt(receipt) {
      receipts.set(receipt.digest, receipt);
      save();
    },
    collect,
    propose,
    finalize,
    async step() {
      const events: KeeperEvent[] = [];
      const epoch = await finalize();
      if (epoch !== undefined) events.push({ kind: 'finalized', epoch });
      const result = await collect();
      if (result !== undefined) events.push({ kind: 'collected', result });
      const proposed = await propose();
      if (proposed !== undefined) events.push({ kind: 'proposed', ...proposed });
      return events;
    },
    ledger,
  };
}

/**
 * Steps a keeper every `intervalSeconds` until `signal` aborts. A failed step is reported and tried again: the next one
 * starts from what the chain says.
 */
export async function runKeeper({
  keeper,
  intervalSeconds,
  signal,
  report,
}: {
  readonly keeper: Keeper;
  readonly intervalSeconds: number;
  readonly signal: AbortSignal;
  readonly report: (event: KeeperEvent | { readonly kind: 'failed'; readonly error: unknown }) => void;
}): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const event of await keeper.step()) report(event);
    } catch (error) {
      if (!signal.aborted) report({ kind: 'failed', error });
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, intervalSeconds * 1_000);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}
