// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelId} from "./Identifiers.sol";

/// @notice Cumulative amount that `payer` owes for `modelId` in `epoch`, of all that `signer` signed for it. A later
/// voucher of the same channel (payer, signer, model, epoch) replaces an earlier one, so only the newest matters.
struct Voucher {
    address payer;
    /// The payer, or a session key of the payer. Part of what is signed: one signature can be valid for several accounts
    /// (a contract wallet accepts that of the key which owns it), and must count for one channel only.
    address signer;
    ModelId modelId;
    uint64 epoch;
    /// Wei of OPEN, cumulative over the channel; not the price of the last answer.
    uint128 cumulative;
    /// Number of receipts that `receiptsRoot` covers.
    uint64 count;
    /// Root over the SHA-256 digests of the channel's receipts 1..count.
    bytes32 receiptsRoot;
}

bytes32 constant VOUCHER_TYPEHASH = keccak256(
    "Voucher(address payer,address signer,bytes32 modelId,uint64 epoch,uint128 cumulative,uint64 count,bytes32 receiptsRoot)"
);

/// @notice EIP-712 struct hash of a voucher.
function hashVoucherStruct(Voucher calldata voucher) pure returns (bytes32) {
    return keccak256(
        abi.encode(
            VOUCHER_TYPEHASH,
            voucher.payer,
            voucher.signer,
            voucher.modelId,
            voucher.epoch,
            voucher.cumulative,
            voucher.count,
            voucher.receiptsRoot
        )
    );
}
