// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEpochClock} from "./interfaces/IEpochClock.sol";
import {IInferenceEscrow} from "./interfaces/IInferenceEscrow.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRewardsDistributor} from "./interfaces/IRewardsDistributor.sol";
import {FeeSplit} from "./libraries/FeeSplit.sol";
import {ModelId} from "./types/Identifiers.sol";
import {Voucher, hashVoucherStruct} from "./types/Voucher.sol";

/// @notice See {IInferenceEscrow}.
/// @dev The payment core follows The Graph's receipt aggregate vouchers: monotone cumulative amounts per channel,
/// partial collection when the balance is short, a thawing period that outlasts the collection of the epoch.
contract InferenceEscrow is IInferenceEscrow, EIP712 {
    using SafeERC20 for IERC20;

    /// @notice Gas limit per voucher of a batch. The first voucher of a channel costs some 250,000; the rest is for
    /// contract wallets.
    uint256 public constant ITEM_GAS = 500_000;

    IERC20 public immutable TOKEN;
    IModelRegistry public immutable MODELS;
    IRewardsDistributor public immutable REWARDS;
    address public immutable TREASURY;
    uint64 public immutable GENESIS;
    uint64 public immutable EPOCH;
    uint64 public immutable GRACE;
    uint64 public immutable THAW;

    mapping(address payer => Account) public accounts;
    mapping(address payer => mapping(address signer => SessionKey)) public sessionKeys;
    mapping(
        address payer => mapping(address signer => mapping(ModelId modelId => mapping(uint64 epoch => Channel)))
    ) public channels;
    mapping(address who => uint256) public credits;
    uint256 public totalBalances;
    uint256 public totalCredits;

    constructor(
        IERC20 token,
        IModelRegistry models,
        IRewardsDistributor rewards,
        address treasury,
        uint64 epochSeconds,
        uint64 graceSeconds,
        uint64 thawSeconds
    ) EIP712("OpenInference", "1") {
        if (thawSeconds < epochSeconds + graceSeconds) {
            revert ThawTooShort(thawSeconds, epochSeconds + graceSeconds);
        }
        TOKEN = token;
        MODELS = models;
        REWARDS = rewards;
        TREASURY = treasury;
        GENESIS = uint64(block.timestamp);
        EPOCH = epochSeconds;
        GRACE = graceSeconds;
        THAW = thawSeconds;
        token.forceApprove(address(rewards), type(uint256).max);
    }

    // ------------------------------------------------------------------------------------------ account

    /// @inheritdoc IInferenceEscrow
    function deposit(uint128 amount) public {
        accounts[msg.sender].balance += amount;
        totalBalances += amount;
        emit Deposited(msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IInferenceEscrow
    function depositWithPermit(uint128 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external {
        // Anyone may submit a permit seen in the mempool first; the allowance is then set already.
        try IERC20Permit(address(TOKEN)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        deposit(amount);
    }

    /// @inheritdoc IInferenceEscrow
    function setSessionKey(address signer, uint64 validUntil, uint96 cap) external {
        SessionKey storage key = sessionKeys[msg.sender][signer];
        if (validUntil < key.validUntil || cap < key.cap) revert SessionKeyCannotShrink(key.validUntil, key.cap);
        key.validUntil = validUntil;
        key.cap = cap;
        emit SessionKeySet(msg.sender, signer, validUntil, cap);
    }

    /// @inheritdoc IInferenceEscrow
    function revokeSessionKey(address signer) external {
        SessionKey storage key = sessionKeys[msg.sender][signer];
        if (key.validUntil > block.timestamp) key.validUntil = uint64(block.timestamp);
        emit SessionKeySet(msg.sender, signer, key.validUntil, key.cap);
    }

    /// @inheritdoc IInferenceEscrow
    function thaw(uint128 amount) external {
        Account storage account = accounts[msg.sender];
        if (amount > account.balance) revert InsufficientBalance(account.balance, amount);
        account.thawing = amount;
        account.thawEnd = uint64(block.timestamp) + THAW;
        emit Thawing(msg.sender, amount, account.thawEnd);
    }

    /// @inheritdoc IInferenceEscrow
    function cancelThaw() external {
        accounts[msg.sender].thawing = 0;
        accounts[msg.sender].thawEnd = 0;
        emit Thawing(msg.sender, 0, 0);
    }

    /// @inheritdoc IInferenceEscrow
    function withdraw() external returns (uint128 amount) {
        Account storage account = accounts[msg.sender];
        amount = account.thawing;
        if (amount == 0 || block.timestamp < account.thawEnd) revert NotThawed(account.thawEnd);
        account.balance -= amount;
        account.thawing = 0;
        account.thawEnd = 0;
        totalBalances -= amount;
        emit Withdrawn(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    // ------------------------------------------------------------------------------------------ vouchers

    /// @inheritdoc IInferenceEscrow
    function collect(Voucher[] calldata vouchers, bytes[] calldata signatures)
        external
        returns (uint256 total, uint256 count)
    {
        if (vouchers.length != signatures.length) revert LengthMismatch();
        for (uint256 i; i < vouchers.length; ++i) {
            Voucher calldata voucher = vouchers[i];
            // Without this floor, a voucher that merely ran out of gas would count as refused, and gas estimators,
            // which look for the least gas that does not revert, would settle on exactly that. A call forwards at most
            // 63/64 of the gas left.
            if (gasleft() < ITEM_GAS + ITEM_GAS / 32) revert NotEnoughGas(i);
            // Only a call to this contract itself can revert one voucher and keep the others. Its gas is capped, so
            // that a contract wallet which burns gas while checking a signature cannot block the batch.
            try this.collectOne{gas: ITEM_GAS}(voucher, signatures[i], msg.sender) returns (uint128 amount) {
                total += amount;
                ++count;
            } catch (bytes memory reason) {
                emit VoucherRefused(voucher.payer, voucher.modelId, voucher.epoch, i, reason);
            }
        }
    }

    /// @notice One step of `collect`.
    function collectOne(Voucher calldata voucher, bytes calldata signature, address collector)
        external
        returns (uint128 amount)
    {
        if (msg.sender != address(this)) revert OnlySelf();
        (address owner, uint16 ownerBps) = MODELS.payee(voucher.modelId);
        if (owner == address(0)) revert ModelNotPayable(voucher.modelId);
        _requireCollectable(voucher.epoch);
        _requireSigned(voucher, signature);

        amount = _draw(voucher);
        FeeSplit.Parts memory parts = FeeSplit.split(amount, ownerBps);
        credits[TREASURY] += parts.protocol;
        credits[owner] += parts.owner;
        credits[collector] += parts.collector;
        totalCredits += parts.protocol + parts.owner + parts.collector;
        emit VoucherCollected(
            voucher.payer,
            voucher.modelId,
            voucher.epoch,
            voucher.signer,
            amount,
            voucher.count,
            voucher.receiptsRoot,
            parts.contributors
        );
        REWARDS.fund(voucher.epoch, voucher.modelId, parts.contributors, parts.attestors);
    }

    /// @inheritdoc IInferenceEscrow
    function withdrawCredits(address who) external returns (uint256 amount) {
        amount = credits[who];
        credits[who] = 0;
        totalCredits -= amount;
        emit CreditPaid(who, amount);
        TOKEN.safeTransfer(who, amount);
    }

    /// @inheritdoc IInferenceEscrow
    function hashVoucher(Voucher calldata voucher) public view returns (bytes32) {
        return _hashTypedDataV4(hashVoucherStruct(voucher));
    }

    function _requireCollectable(uint64 epoch) private view {
        uint64 present = currentEpoch();
        if (epoch > present) revert EpochInFuture(epoch, present);
        uint64 closedAt = closesAt(epoch);
        if (block.timestamp >= closedAt) revert EpochClosed(epoch, closedAt);
    }

    /// @dev A key must have been valid when the epoch began, not when the voucher is collected: revoking a key must not
    /// void the debts it signed. A stolen key therefore costs at most its cap, until the current epoch ends.
    function _requireSigned(Voucher calldata voucher, bytes calldata signature) private view {
        address signer = voucher.signer;
        if (signer != voucher.payer && sessionKeys[voucher.payer][signer].validUntil < startsAt(voucher.epoch)) {
            revert SignerNotAllowed(voucher.payer, signer);
        }
        if (!SignatureChecker.isValidSignatureNow(signer, hashVoucher(voucher), signature)) {
            revert BadSignature(signer);
        }
    }

    /// @dev Draws what the channel still owes, limited by the balance and by the key's cap.
    function _draw(Voucher calldata voucher) private returns (uint128 amount) {
        address signer = voucher.signer;
        Channel storage channel = channels[voucher.payer][signer][voucher.modelId][voucher.epoch];
        if (voucher.cumulative <= channel.collected) revert StaleVoucher(voucher.cumulative, channel.collected);
        uint128 owed = voucher.cumulative - channel.collected;

        Account storage account = accounts[voucher.payer];
        amount = uint128(Math.min(owed, account.balance));
        if (amount == 0) revert InsufficientBalance(0, owed);
        if (signer != voucher.payer) {
            SessionKey storage key = sessionKeys[voucher.payer][signer];
            amount = uint128(Math.min(amount, key.cap - key.spent));
            if (amount == 0) revert KeyCapExceeded(signer, key.cap);
            // At most `cap - spent`, so it fits in 96 bits.
            key.spent += uint96(amount);
        }
        channel.collected += amount;
        channel.count = voucher.count;
        account.balance -= amount;
        if (account.thawing > account.balance) account.thawing = account.balance;
        totalBalances -= amount;
    }

    // ------------------------------------------------------------------------------------------ clock

    /// @inheritdoc IEpochClock
    function currentEpoch() public view returns (uint64) {
        return (uint64(block.timestamp) - GENESIS) / EPOCH;
    }

    /// @inheritdoc IEpochClock
    function startsAt(uint64 epoch) public view returns (uint64) {
        return GENESIS + epoch * EPOCH;
    }

    /// @inheritdoc IEpochClock
    function closesAt(uint64 epoch) public view returns (uint64) {
        return startsAt(epoch + 1) + GRACE;
    }
}
