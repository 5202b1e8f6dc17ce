// Settlement: money on chain. Wallets, prepaid escrow, vouchers signed by session keys, epoch ledgers, claims, registries.
// It knows viem and the generated ABIs, but no screens, no storage and no network besides the chain's RPC. State that must
// survive (burner key, session key, channels) is passed in and returned; events are stored through a port (`EventTables`).
export type { CollectResult } from './actions/collect.ts';
export type { Balances } from './actions/getBalances.ts';
export type { Claimable } from './actions/getClaimable.ts';
export type { Collection } from './actions/getCollections.ts';
export type { ContributionRecord, ContributionStatus } from './actions/getContributions.ts';
export type { DatanetRecord } from './actions/getDatanets.ts';
export type { EpochState } from './actions/getEpoch.ts';
export type { ChainHealth } from './actions/getHealth.ts';
export type { ModelRecord, ModelStatus } from './actions/getModels.ts';
export type { EpochPool } from './actions/getPool.ts';
export type { RewardRoot, RewardsState, RootStatus } from './actions/getRewards.ts';
export type { SessionKeyState } from './actions/getSessionKey.ts';
export type { TransactionState } from './actions/getTransaction.ts';
export type { ModelVersion } from './actions/getVersions.ts';
export { burnerWallet, createBurnerKey } from './burnerWallet.ts';
export type { Confirmation } from './client/awaitTransaction.ts';
export { connectWallet } from './connectWallet.ts';
export { createSessionKey } from './createSessionKey.ts';
export { type EpochLedgerParameters, epochLedger } from './epochLedger.ts';
export type { EventRecord } from './events/eventReader.ts';
export type { EventTables } from './events/eventTables.ts';
export { memoryEventTables } from './events/memoryEventTables.ts';
export { finalLedger } from './finalLedger.ts';
export { datanetIdOf, modelIdOf } from './identifiers.ts';
export { ledgerCid } from './ledgerCid.ts';
export { decodeLedger, encodeLedger } from './ledgerCodec.ts';
export { LOCAL_CHAIN_ID } from './localChain.ts';
export { localSigner } from './localSigner.ts';
export { channelKey, type NextVoucherParameters, nextVoucher } from './nextVoucher.ts';
export {
  type OpenSettlementParameters,
  openSettlement,
  type Settlement,
  type SettlementErrorType,
} from './openSettlement.ts';
export { type PreparedLedger, type PrepareLedgerParameters, prepareLedger } from './prepareLedger.ts';
export { rowCountShares } from './rowCountShares.ts';
export { decodeSignedVoucher, encodeSignedVoucher, verifySignedVoucher } from './signedVoucherCodec.ts';
export { type SignVoucherParameters, signVoucher } from './signVoucher.ts';
export { FEE_BPS, type FeeSplit, splitFee } from './splitFee.ts';
export type * from './types/deployment.ts';
export type * from './types/hex.ts';
export type * from './types/ledger.ts';
export type * from './types/options.ts';
export type * from './types/voucher.ts';
export type * from './types/wallet.ts';
export { verifyMessage } from './verifyMessage.ts';
