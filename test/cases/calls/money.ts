// Money from this browser: what the screens call, over a real chain (anvil with the contracts), with the wallet played by the case.
import { encodeFunctionData, numberToHex } from 'viem';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import { inferenceEscrowAbi } from '../../../src/settlement/abi/inferenceEscrow.ts';
import {
  burnerWallet,
  type ConnectedWallet,
  createBurnerKey,
  createSessionKey,
  type Hex,
  openSettlement,
  type SignedVoucher,
  type TransactionRequest,
} from '../../../src/settlement/index.ts';
import { payAnswer } from '../../../src/workflows/answers/payAnswer.ts';
import { setUpPayment, unfinishedSetUp } from '../../../src/workflows/answers/setUpPayment.ts';
import { openVouchers } from '../../../src/workflows/epochs/openVouchers.ts';
import { memoryPayments } from '../../../src/workflows/testing/memory.ts';
import { rpcProvider } from '../../../tools/devnet.ts';
import { localChain } from '../../settlement/localChain.ts';
import { observedServer } from '../../settlement/observedServer.ts';
import type { Call, CallContext } from './call.ts';

const OPEN = 10n ** 18n;
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const model = {
  slug: 'model',
  datanets: ['datanet'],
  baseModelDigest: word(1),
  specificationDigest: word(2),
  ownerBps: 2_000,
  price: OPEN,
  versions: [],
};
const sample = { datanets: [{ slug: 'datanet', metadataDigest: word(3), contributions: [] }], models: [model] };

/** A chain and a wallet with gas and 1,000 OPEN on it. `send` is how the wallet sends. */
async function world(
  { onEnd }: CallContext,
  send: (request: TransactionRequest, wallet: ConnectedWallet) => Promise<Hex> = (request, wallet) =>
    wallet.sendTransaction(request),
) {
  const chain = await localChain(sample);
  onEnd(() => chain.destroy());
  const { deployment } = chain;
  const own = burnerWallet({ deployment, privateKey: createBurnerKey() });
  await openSettlement({ deployment, wallet: own }).faucet({ address: own.address });
  const wallet: ConnectedWallet = { ...own, sendTransaction: (request) => send(request, own) };
  const settlement = openSettlement({ deployment, wallet });
  const { request } = rpcProvider(deployment.rpcUrl);
  return { chain, deployment, wallet, settlement, request, modelId: deployment.models[0]?.id as Hex };
}

/** The function of the escrow that a transaction calls; undefined for another contract. */
const escrowFunctions = ['depositWithPermit', 'deposit', 'setSessionKey', 'thaw'] as const;
const selectorOf = (data: Hex): string => data.slice(0, 10);
const samples: Readonly<Record<(typeof escrowFunctions)[number], readonly unknown[]>> = {
  depositWithPermit: [1n, 1n, 27, word(1), word(1)],
  deposit: [1n],
  setSessionKey: [`0x${'1'.repeat(40)}`, 1n, 1n],
  thaw: [1n],
};
function nameOf(data: Hex): string | undefined {
  return escrowFunctions.find((functionName) => {
    const sampleData = encodeFunctionData({
      abi: inferenceEscrowAbi,
      functionName,
      args: samples[functionName] as never,
    });
    return selectorOf(sampleData) === selectorOf(data);
  });
}

const amountOf = (open: number): bigint => (BigInt(Math.round(open * 1_000)) * OPEN) / 1_000n;
const toOpen = (amount: bigint): number => Number((amount * 1_000n) / OPEN) / 1_000;

interface SetUpTry {
  /** OPEN. */
  readonly amount: number;
  /** The wallet's answer to a transaction of this name: declined, or sent after the page was closed. */
  readonly decline?: string;
  readonly close?: string;
}

export const calls: Readonly<Record<string, Call>> = {
  /**
   * `{ tries: [{ amount, decline?, close? }] }`: sets payment up as often as listed, in one browser. Gives what became of each try, and
   * what the chain has at the end, in OPEN.
   */
  setUp: async (input, context) => {
    let current: SetUpTry = { amount: 0 };
    const sent: string[] = [];
    const { settlement, wallet } = await world(context, async (request, own) => {
      const name = nameOf(request.data);
      if (name !== undefined && name === current.decline) throw Object.assign(new Error('declined'), { code: 4001 });
      const hash = await own.sendTransaction(request);
      if (name !== undefined) sent.push(name);
      // The page that asked is gone: nobody hears of the hash.
      if (name !== undefined && name === current.close) throw new Error('closed');
      return hash;
    });
    const { ports, sessions } = memoryPayments(settlement, Date.now);
    const outcomes: Json[] = [];
    for (current of (input as unknown as { tries: readonly SetUpTry[] }).tries) {
      const steps: string[] = [];
      const onStep = (step: string, state: string): void => {
        if (state !== 'running') steps.push(`${step} ${state}`);
      };
      const error = await setUpPayment({ payer: wallet.address, amount: amountOf(current.amount), ports, onStep }).then(
        () => null,
        (reason: { code?: string }) => reason.code ?? 'untyped',
      );
      const open = await unfinishedSetUp({ payer: wallet.address, ports });
      outcomes.push({ error, steps, unfinished: open === undefined ? null : toOpen(open.deposited) });
    }
    const [key] = sessions.values();
    const [{ escrow }, allowed] = await Promise.all([
      settlement.balances(wallet.address),
      settlement.sessionKey({ payer: wallet.address, signer: (key?.address ?? wallet.address) as Hex }),
    ]);
    return { outcomes, sent, escrow: toOpen(escrow), cap: toOpen(allowed.cap), hasKey: key !== undefined };
  },

  /**
   * `{ by: 'cancel' | 'raise' | 'another' | 'nothing' }`: sends a session key's transaction and does this to it in the wallet before a
   * block comes. Gives whether the chain allows the key, and what the transaction is then known as; throws what the call throws.
   */
  replace: async (input, context) => {
    const { by } = input as { by: 'cancel' | 'raise' | 'another' | 'nothing' };
    const { deployment, wallet, request } = await world(context);
    const observed = await observedServer(deployment.rpcUrl);
    context.onEnd(() => observed.close());
    const settlement = openSettlement({ deployment: { ...deployment, rpcUrl: observed.url }, wallet });
    await request({ method: 'anvil_impersonateAccount', params: [wallet.address] });
    await request({ method: 'evm_setAutomine', params: [false] });
    const signer = createSessionKey().address;
    const nonce = (await request({ method: 'eth_getTransactionCount', params: [wallet.address, 'latest'] })) as Hex;
    const change = async (hash: Hex): Promise<void> => {
      if (by === 'nothing') return;
      const { to, input: data } = (await request({ method: 'eth_getTransactionByHash', params: [hash] })) as {
        to: Hex;
        input: Hex;
      };
      const escrow = { to, gas: numberToHex(300_000) };
      const thaw = encodeFunctionData({ abi: inferenceEscrowAbi, functionName: 'cancelThaw' });
      const call = {
        cancel: { to: wallet.address, value: '0x0', gas: numberToHex(21_000) },
        raise: { ...escrow, data },
        another: { ...escrow, data: thaw },
      }[by];
      const fees = { maxFeePerGas: numberToHex(10n ** 11n), maxPriorityFeePerGas: numberToHex(10n ** 10n) };
      await request({ method: 'eth_sendTransaction', params: [{ from: wallet.address, nonce, ...call, ...fees }] });
    };
    let changed: Promise<void> = Promise.resolve();
    let sentHash: Hex | undefined;
    const confirming = settlement.setSessionKey({
      signer,
      validUntil: 4_000_000_000,
      cap: OPEN,
      timeout: by === 'nothing' ? 1_000 : 60_000,
      onSubmitted: (hash) => {
        sentHash = hash;
        // The client has seen the first one before it vanishes, as on a chain whose blocks take seconds.
        changed = observed
          .answered('eth_getTransactionByHash')
          .then(() => change(hash))
          .then(() => (by === 'nothing' ? undefined : request({ method: 'evm_mine', params: [] })))
          .then(() => undefined);
      },
    });
    const { hash } = await confirming;
    await changed;
    const { cap } = await settlement.sessionKey({ payer: wallet.address, signer });
    return { allowed: toOpen(cap), sameHash: hash === sentHash, state: await settlement.transaction({ hash }) };
  },

  /**
   * `{ answers, collect }`: two browsers of one wallet pay by turns, an OPEN an answer. `collect`: the newest vouchers are collected
   * after each answer. Gives what was collected in the end, in OPEN.
   */
  browsers: async (input, context) => {
    const { answers, collect = false } = input as { answers: number; collect?: boolean };
    const { settlement, wallet, modelId, chain } = await world(context);
    const payer = wallet.address;
    const browsers = [memoryPayments(settlement, Date.now), memoryPayments(settlement, Date.now)];
    for (const { ports } of browsers) {
      await setUpPayment({ payer, amount: 50n * OPEN, ports, onStep: () => undefined });
    }
    // All of it in one epoch, however long it takes here.
    const { endsAt, now } = await settlement.epoch();
    await chain.advance(endsAt - now + 1);
    // What a keeper hears of and keeps: not only the newest of each.
    const signed = new Map<string, SignedVoucher>();
    const vouchers = (): readonly SignedVoucher[] => {
      for (const browser of browsers) {
        for (const record of browser.vouchers.values()) {
          const voucher = record.signed as SignedVoucher;
          signed.set(voucher.signature, voucher);
        }
      }
      return [...signed.values()];
    };
    const collectAll = async (): Promise<void> => {
      const open = await openVouchers({ chain: settlement, state: await settlement.epoch(), vouchers: vouchers() });
      if (open.length > 0) await settlement.collect({ vouchers: open.map((voucher) => voucher.signed) });
    };
    const { escrow: before } = await settlement.balances(payer);
    for (let index = 0; index < answers; index += 1) {
      const browser = browsers[index % 2];
      if (browser === undefined) break;
      const terms = { modelId, price: OPEN, ownerBps: 2_000 };
      const receiptDigest = word(index + 1).slice(2);
      await payAnswer({ payer, terms, tokens: 1_000, receiptDigest, ports: browser.ports });
      if (collect) await collectAll();
    }
    await collectAll();
    const { escrow: after } = await settlement.balances(payer);
    const listed = new Set(vouchers().flatMap(({ receipts }) => receipts));
    return { paid: toOpen(before - after), receipts: listed.size };
  },
};
