import {
  BaseError,
  ContractFunctionRevertedError,
  encodeErrorResult,
  HttpRequestError,
  InsufficientFundsError,
  TimeoutError,
  toFunctionSelector,
} from 'viem';
import { expect, test } from 'vitest';
import { contractErrors } from './contractErrors.ts';
import { errorAbi, revertError, settlementError } from './settlementError.ts';

// Errors of OpenZeppelin's parts that a user of the app cannot reach; they show as CHAIN_REVERTED with their name.
const internal =
  /^(ERC20(Invalid|Exceeded)|ERC3009|ERC5805|ERC6372|Checkpoint|ECDSA|InvalidAccountNonce|InvalidShortString|SafeCast|SafeERC20|StringTooLong|Votes|EIP712)/;

const names = new Set(errorAbi.map((entry) => (entry.type === 'error' ? entry.name : '')));

test('every error of the contracts has a code, a sentence and a hint of its own', () => {
  const missing = [...names].filter((name) => !internal.test(name) && !Object.hasOwn(contractErrors, name));
  expect(missing).toEqual([]);
  const unknown = Object.keys(contractErrors).filter((name) => !names.has(name));
  expect(unknown).toEqual([]);
  const codes = Object.values(contractErrors).map(([code]) => code);
  expect(new Set(codes).size).toBe(codes.length);
  for (const [code, message, hint] of Object.values(contractErrors)) {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(hint).toMatch(/^[A-Z].*\.$/);
  }
});

test('revert data becomes an error with its values', () => {
  const abi = [
    {
      type: 'error',
      name: 'StaleVoucher',
      inputs: [
        { name: 'cumulative', type: 'uint128' },
        { name: 'collected', type: 'uint128' },
      ],
    },
  ] as const;
  const data = encodeErrorResult({ abi, errorName: 'StaleVoucher', args: [5n, 7n] });
  expect(revertError(data)).toMatchObject({
    code: 'VOUCHER_STALE',
    facts: { error: 'StaleVoucher', cumulative: '5', collected: '7' },
  });
});

test.each(Object.entries(contractErrors))(
  'a contract that reverts with %s is said by its code',
  (errorName, [code]) => {
    const entry = errorAbi.find((candidate) => candidate.type === 'error' && candidate.name === errorName);
    const inputs = entry !== undefined && 'inputs' in entry ? entry.inputs : [];
    const args = inputs.map(({ type }) =>
      type === 'address' ? `0x${'0'.repeat(40)}` : /^bytes/.test(type) ? `0x${'0'.repeat(64)}` : 0,
    );
    const data = encodeErrorResult({ abi: errorAbi, errorName, args } as never);
    expect(revertError(data)).toMatchObject({ code, facts: { error: errorName } });
  },
);

test('a server that cannot be reached, or is too slow, does not answer', () => {
  const url = 'http://127.0.0.1:9';
  for (const cause of [new HttpRequestError({ url }), new TimeoutError({ body: {}, url })]) {
    expect(settlementError(new BaseError('outer', { cause }), { place: 'here' })).toMatchObject({
      code: 'CHAIN_UNREACHABLE',
      facts: { place: 'here' },
    });
  }
});

test('what a contract says is found in what viem makes of it, with values as texts and small numbers', () => {
  const data = encodeErrorResult({ abi: errorAbi, errorName: 'OwnerShareTooHigh', args: [6_000, 5_000] } as never);
  const abi = errorAbi;
  const cause = new ContractFunctionRevertedError({ abi, data, functionName: 'proposeModel' });
  const error = settlementError(new BaseError('outer', { cause }));
  expect(error).toMatchObject({ code: contractErrors.OwnerShareTooHigh[0], facts: { error: 'OwnerShareTooHigh' } });
  expect(Object.values(error.facts)).toContain(6_000);
  const none = new ContractFunctionRevertedError({ abi, functionName: 'proposeModel', message: 'no data' });
  expect(settlementError(new BaseError('outer', { cause: none }))).toMatchObject({ code: 'CHAIN_FAILED' });
  const long = `0x12345678${'ab'.repeat(200)}` as const;
  expect(revertError(long).facts).toStrictEqual({ data: long.slice(0, 200) });
});

test('an error of the contracts without a sentence of its own is named', () => {
  const data = encodeErrorResult({
    abi: errorAbi,
    errorName: 'SafeCastOverflowedUintDowncast',
    args: [128, 5n],
  } as never);
  expect(revertError(data)).toMatchObject({
    code: 'CHAIN_REVERTED',
    facts: { error: 'SafeCastOverflowedUintDowncast', bits: 128, value: '5' },
  });
});

test('an account without the chain’s coin, and what viem knows no kind for', () => {
  const poor = new BaseError('outer', { cause: new InsufficientFundsError() });
  expect(settlementError(poor)).toMatchObject({ code: 'GAS_MISSING' });
  expect(settlementError(new BaseError('Something else.'))).toMatchObject({
    code: 'CHAIN_FAILED',
    message: 'Something else.',
  });
});

test('unknown revert data keeps its bytes', () => {
  expect(revertError(toFunctionSelector('Nobody()'))).toMatchObject({
    code: 'CHAIN_REVERTED',
    facts: { data: toFunctionSelector('Nobody()') },
  });
  expect(revertError('0x')).toMatchObject({ code: 'CHAIN_REVERTED' });
});

test('a refusal in the wallet is a refusal, however deep it lies', () => {
  const refusal = Object.assign(new Error('User rejected the request.'), { code: 4001 });
  expect(settlementError(refusal)).toMatchObject({ code: 'WALLET_REJECTED' });
  expect(settlementError(new Error('outer', { cause: refusal }))).toMatchObject({ code: 'WALLET_REJECTED' });
  // Wallets also throw plain objects.
  expect(settlementError({ code: 4001, message: 'no' })).toMatchObject({ code: 'WALLET_REJECTED' });
  expect(settlementError({ code: -32603, message: 'internal' })).toMatchObject({
    code: 'WALLET_FAILED',
    message: 'internal',
    facts: { rpcCode: -32603 },
  });
  expect(settlementError(new DOMException('stop', 'AbortError'))).toMatchObject({ code: 'ABORTED' });
  const known = settlementError(refusal, { wallet: 'Example' });
  expect(known.facts).toStrictEqual({ wallet: 'Example' });
  expect(settlementError(known)).toBe(known);
  for (const [thrown, message] of [
    [new Error('locked'), 'locked'],
    ['text', 'text'],
    [null, 'null'],
    [{ message: 'plain' }, 'plain'],
  ] as const) {
    const failed = settlementError(thrown, { wallet: 'Example' });
    expect(failed).toMatchObject({ code: 'WALLET_FAILED', message });
    expect(failed.facts).toStrictEqual({ wallet: 'Example' });
  }
});
