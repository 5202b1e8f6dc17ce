// Settlement: money on chain. Wallets, prepaid escrow, vouchers signed by session keys, epoch ledgers, claims, registries.
// It knows viem and the generated ABIs; it knows no screen, no storage and no network but the chain's RPC. State that must
// survive (burner key, session key, channels) is handed in and out, so that the app's store keeps it.
export { burnerWallet, createBurnerKey } from './burnerWallet.ts';
export { connectWallet } from './connectWallet.ts';
export { createSessionKey } from './createSessionKey.ts';
export { discoverWallets } from './discoverWallets.ts';
export { type EpochLedgerParameters, epochLedger } from './epochLedger.ts';
export { datanetIdOf, modelIdOf } from './identifiers.ts';
export { ledgerCid } from './ledgerCid.ts';
export { decodeLedger, encodeLedger } from './ledgerCodec.ts';
export { LOCAL_CHAIN_ID } from './localChain.ts';
export { localSigner } from './localSigner.ts';
export { channelKey, type NextVoucherParameters, nextVoucher } from './nextVoucher.ts';
export { openSettlement } from './openSettlement.ts';
export { type PreparedLedger, type PrepareLedgerParameters, prepareLedger } from './prepareLedger.ts';
export { rowCountShares } from './rowCountShares.ts';
export { decodeSignedVoucher, encodeSignedVoucher, verifySignedVoucher } from './signedVoucherCodec.ts';
export { type SignVoucherParameters, signVoucher } from './signVoucher.ts';
export { FEE_BPS, splitFee } from './splitFee.ts';
export type * from './types.ts';
export { verifyMessage } from './verifyMessage.ts';
