// Settlement: money on chain. Wallets, prepaid escrow, vouchers signed by session keys, epoch ledgers, claims, registries.
// It knows viem and the generated ABIs; it knows no screen, no storage and no network but the chain's RPC. State that must
// survive (burner key, session key, channels) is handed in and out, so that the app's store keeps it.
//
// Being written, signatures fixed:
//   discoverWallets({ onChange?(wallets) }): WalletDiscovery                       EIP-6963
//   connectWallet({ wallet: AnnouncedWallet, deployment, silent? }): Promise<ConnectedWallet>
//   createBurnerKey(): Hex ; burnerWallet({ deployment, privateKey }): ConnectedWallet   chain 31337 only
//   createSessionKey(): SessionKey
//   openSettlement(parameters: OpenSettlementParameters): Settlement
//   nextVoucher({ channel: Channel | undefined, payer, modelId, epoch, amount, receiptDigest }): { voucher, channel }
//   signVoucher({ deployment, voucher, channel, key: SessionKey }): Promise<SignedVoucher>
//   encodeSignedVoucher(signed): Uint8Array ; decodeSignedVoucher(bytes): SignedVoucher
//   splitFee({ amount, ownerBps }): FeeSplit ; FEE_BPS
//   epochLedger({ epoch, receipts, pools, fallback?, previous? }): Ledger ; encodeLedger ; decodeLedger ; ledgerCid(digest)
//   datanetIdOf({ creator, slug }), modelIdOf({ proposer, slug }): Hex
//   verifyMessage(address, bytes, signature): Promise<boolean>
export type * from './types.ts';
