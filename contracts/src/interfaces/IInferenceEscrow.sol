// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelId} from "../types/Identifiers.sol";
import {Voucher} from "../types/Voucher.sol";
import {IEpochClock} from "./IEpochClock.sol";

/// @notice One prepaid account per payer. Answers are paid with cumulative vouchers signed off chain; anyone collects them
/// in batches and is tipped for it.
interface IInferenceEscrow is IEpochClock {
    struct Account {
        uint128 balance;
        /// Part of `balance` that was asked back; it stays collectable until it is withdrawn.
        uint128 thawing;
        uint64 thawEnd;
    }

    struct SessionKey {
        // One storage slot: 96 bits hold eighty times the whole supply of OPEN.
        uint64 validUntil;
        /// Most that vouchers signed by this key may draw, ever.
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
    /// @notice Too little gas is left for the voucher of this index: collect fewer, or send more gas.
    error NotEnoughGas(uint256 index);
    /// @notice Collecting one voucher is a step of `collect`, not an entry point.
    error OnlySelf();
    /// @notice The signature is not the signer's.
    error BadSignature(address signer);
    /// @notice The signer is neither the payer nor a session key that was valid in the voucher's epoch.
    error SignerNotAllowed(address payer, address signer);
    /// @notice The session key has drawn its whole cap.
    error KeyCapExceeded(address signer, uint96 cap);
    /// @notice A session key's end and cap only grow; `revokeSessionKey` ends a key.
    error SessionKeyCannotShrink(uint64 validUntil, uint96 cap);
    /// @notice At least this much was collected on the channel already.
    error StaleVoucher(uint128 cumulative, uint128 collected);
    /// @notice The epoch stopped taking vouchers at `closedAt`.
    error EpochClosed(uint64 epoch, uint64 closedAt);
    /// @notice The epoch has not begun.
    error EpochInFuture(uint64 epoch, uint64 current);
    /// @notice No model that can be paid has this identifier.
    error ModelNotPayable(ModelId modelId);
    /// @notice Nothing can be withdrawn before `thawEnd`; zero: nothing was asked back.
    error NotThawed(uint64 thawEnd);
    /// @notice The account holds less than that.
    error InsufficientBalance(uint128 balance, uint128 needed);
    /// @notice A payer could spend in an epoch and leave before its vouchers are collected.
    error ThawTooShort(uint64 thawSeconds, uint64 minimum);

    /// @notice Adds approved OPEN to the caller's account.
    function deposit(uint128 amount) external;

    /// @notice The same with an ERC-2612 permit. A permit that someone else used first does no harm.
    function depositWithPermit(uint128 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Lets `signer` sign vouchers for the caller until `validUntil`, for at most `cap` in its lifetime.
    /// @dev Both only grow: a payer must not escape a debt by shrinking the key that signed it.
    function setSessionKey(address signer, uint64 validUntil, uint96 cap) external;

    /// @notice Ends a key. What it signed for epochs that had begun stays collectable, nothing later.
    function revokeSessionKey(address signer) external;

    /// @notice Asks `amount` back. It replaces an earlier request and starts the wait anew.
    function thaw(uint128 amount) external;
    function cancelThaw() external;
    /// @notice Pays out what was asked back and not collected meanwhile. Nothing can pause it.
    function withdraw() external returns (uint128 amount);

    /// @notice Draws many vouchers. One that fails is refused with an event and does not stop the others.
    /// @return total What was drawn.
    /// @return count How many vouchers were drawn.
    function collect(Voucher[] calldata vouchers, address[] calldata signers, bytes[] calldata signatures)
        external
        returns (uint256 total, uint256 count);

    /// @notice Pays `who` the fees credited to them. Anyone may trigger it.
    function withdrawCredits(address who) external returns (uint256 amount);

    function accounts(address payer) external view returns (uint128 balance, uint128 thawing, uint64 thawEnd);
    function sessionKeys(address payer, address signer)
        external
        view
        returns (uint64 validUntil, uint96 cap, uint96 spent);
    function channels(address payer, ModelId modelId, uint64 epoch)
        external
        view
        returns (uint128 collected, uint64 count);
    function credits(address who) external view returns (uint256);
    function totalBalances() external view returns (uint256);
    function totalCredits() external view returns (uint256);
    function hashVoucher(Voucher calldata voucher) external view returns (bytes32);
}
