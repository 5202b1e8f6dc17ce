// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelId} from "../types/Identifiers.sol";
import {Voucher} from "../types/Voucher.sol";
import {IEpochClock} from "./IEpochClock.sol";

/// @notice One prepaid account per payer. Answers are paid for with cumulative vouchers signed off chain. Anyone may
/// collect them in batches and receives a tip.
interface IInferenceEscrow is IEpochClock {
    struct Account {
        uint128 balance;
        /// Part of `balance` with a pending withdrawal; vouchers can still draw on it until it is withdrawn.
        uint128 thawing;
        uint64 thawEnd;
    }

    struct SessionKey {
        // Fits one storage slot: 96 bits hold eighty times the total supply of OPEN.
        uint64 validUntil;
        /// Lifetime limit on what vouchers signed by this key may draw.
        uint96 cap;
        uint96 spent;
    }

    struct Channel {
        uint128 collected;
        uint64 count;
    }

    event Deposited(address indexed payer, uint256 amount);
    event Thawing(address indexed payer, uint256 amount, uint64 thawEnd);
    event Withdrawn(address indexed payer, uint256 amount);
    event SessionKeySet(address indexed payer, address indexed signer, uint64 validUntil, uint96 cap);
    event VoucherCollected(
        address indexed payer,
        ModelId indexed modelId,
        uint64 indexed epoch,
        address signer,
        uint128 amount,
        uint64 count,
        bytes32 receiptsRoot,
        uint256 toContributors
    );
    /// @notice One voucher of a batch could not be collected; `reason` is its revert data.
    event VoucherRefused(
        address indexed payer, ModelId indexed modelId, uint64 indexed epoch, uint256 index, bytes reason
    );
    event CreditPaid(address indexed who, uint256 amount);

    /// @notice The arrays of a batch differ in length.
    error LengthMismatch();
    /// @notice Not enough gas is left for the voucher at this index: collect fewer, or send more gas.
    error NotEnoughGas(uint256 index);
    /// @notice `collectOne` is a step of `collect` and may not be called from outside.
    error OnlySelf();
    /// @notice The signature is not that of the signer whom the voucher names.
    error BadSignature(address signer);
    /// @notice The signer is neither the payer nor a session key that was valid in the voucher's epoch.
    error SignerNotAllowed(address payer, address signer);
    /// @notice The session key's cap is used up.
    error KeyCapExceeded(address signer, uint96 cap);
    /// @notice A session key's expiry and cap can only grow; `revokeSessionKey` ends a key.
    error SessionKeyCannotShrink(uint64 validUntil, uint96 cap);
    /// @notice The channel has already collected this amount or more.
    error StaleVoucher(uint128 cumulative, uint128 collected);
    /// @notice The epoch stopped accepting vouchers at `closedAt`.
    error EpochClosed(uint64 epoch, uint64 closedAt);
    /// @notice The epoch has not begun.
    error EpochInFuture(uint64 epoch, uint64 current);
    /// @notice No payable model has this identifier.
    error ModelNotPayable(ModelId modelId);
    /// @notice Nothing can be withdrawn before `thawEnd`. Zero: no withdrawal was requested.
    error NotThawed(uint64 thawEnd);
    /// @notice The account's balance is lower than the amount.
    error InsufficientBalance(uint128 balance, uint128 needed);
    /// @notice The thawing period must outlast the collection of an epoch, or a payer could spend and leave before its
    /// vouchers are collected.
    error ThawTooShort(uint64 thawSeconds, uint64 minimum);

    /// @notice Deposits approved OPEN into the caller's account.
    function deposit(uint128 amount) external;

    /// @notice As `deposit`, with an ERC-2612 permit. If somebody else submitted the permit first, the deposit still
    /// succeeds.
    function depositWithPermit(uint128 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Lets `signer` sign vouchers for the caller until `validUntil`, for at most `cap` in its lifetime.
    /// @dev Neither can shrink: a payer must not escape a debt by cutting the limits of the key that signed it.
    function setSessionKey(address signer, uint64 validUntil, uint96 cap) external;

    /// @notice Ends a key. Vouchers for epochs that had begun stay collectable; later ones do not.
    function revokeSessionKey(address signer) external;

    /// @notice Requests a withdrawal of `amount`. Replaces an earlier request and restarts the thawing period.
    function thaw(uint128 amount) external;
    function cancelThaw() external;
    /// @notice Pays out the requested amount, less what vouchers drew in the meantime. It cannot be paused.
    function withdraw() external returns (uint128 amount);

    /// @notice Collects a batch of vouchers, each with the signature of the signer whom it names. One that fails emits an event and does not stop the others.
    /// @return total Wei of OPEN collected.
    /// @return count Number of vouchers collected.
    function collect(Voucher[] calldata vouchers, bytes[] calldata signatures)
        external
        returns (uint256 total, uint256 count);

    /// @notice Pays `who` the fees credited to it. Anyone may call it.
    function withdrawCredits(address who) external returns (uint256 amount);

    function accounts(address payer) external view returns (uint128 balance, uint128 thawing, uint64 thawEnd);
    function sessionKeys(address payer, address signer)
        external
        view
        returns (uint64 validUntil, uint96 cap, uint96 spent);
    function channels(address payer, address signer, ModelId modelId, uint64 epoch)
        external
        view
        returns (uint128 collected, uint64 count);
    function credits(address who) external view returns (uint256);
    function totalBalances() external view returns (uint256);
    function totalCredits() external view returns (uint256);
    function hashVoucher(Voucher calldata voucher) external view returns (bytes32);
}
