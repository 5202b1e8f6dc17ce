// A new key that signs vouchers in this browser, so that the wallet prompts once and not for every answer.
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { SessionKey } from './types/voucher.ts';

export function createSessionKey(): SessionKey {
  const privateKey = generatePrivateKey();
  return { privateKey, address: privateKeyToAddress(privateKey) };
}
