// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IEpochClock} from "./interfaces/IEpochClock.sol";
import {IRewardsDistributor} from "./interfaces/IRewardsDistributor.sol";
import {EpochBitmap} from "./libraries/EpochBitmap.sol";
import {ModelId} from "./types/Identifiers.sol";

/// @notice See {IRewardsDistributor}.
/// @dev Cumulative leaves with an activation delay as in EigenLayer's coordinator, bonded disputes as in Merkl, and the
/// exact-total rule that neither has.
contract RewardsDistributor is IRewardsDistributor {
    using SafeERC20 for IERC20;
    using EpochBitmap for EpochBitmap.Bitmap;

    uint256 private constant BPS = 10_000;

    IERC20 public immutable TOKEN;
    address public immutable ARBITER;
    address public immutable TREASURY;
    uint64 public immutable WINDOW;
    uint64 public immutable EXIT_DELAY;
    uint128 public immutable MINIMUM_BOND;
    /// @notice Share of the epoch's pool that its proposer must bond: at half, misdirecting the pool gains less than
    /// twice what it risks, and the minimum covers small pools.
    uint16 public immutable BOND_BPS;
    address private immutable DEPLOYER;

    address public escrow;
    uint64 public nextEpoch;
    Root private _current;
    Root private _pending;
    EpochBitmap.Bitmap private _funded;
    mapping(uint64 epoch => uint256) public pool;
    mapping(uint64 epoch => uint256) public attestorPool;
    mapping(uint64 epoch => mapping(ModelId modelId => uint256)) public modelPool;
    mapping(address account => uint256) public claimed;
    mapping(address account => address) public claimer;
    mapping(address who => Attestor) private _attestors;
    uint256 public totalFunded;
    uint256 public totalClaimed;
    uint256 public totalBonds;
    uint256 public totalChallengeBonds;
    uint256 public totalAttestorFunds;

    constructor(
        IERC20 token,
        address arbiter,
        address treasury,
        uint64 window,
        uint64 exitDelay,
        uint128 minimumBond,
        uint16 bondBps
    ) {
        if (exitDelay <= window) revert ExitDelayTooShort(exitDelay, window);
        TOKEN = token;
        ARBITER = arbiter;
        TREASURY = treasury;
        WINDOW = window;
        EXIT_DELAY = exitDelay;
        MINIMUM_BOND = minimumBond;
        BOND_BPS = bondBps;
        DEPLOYER = msg.sender;
    }

    /// @notice Sets the escrow, once: each contract needs the other's address, so one must be deployed first.
    function setEscrow(address escrow_) external {
        if (msg.sender != DEPLOYER || escrow != address(0)) revert EscrowAlreadySet();
        escrow = escrow_;
        emit EscrowSet(escrow_);
    }

    /// @inheritdoc IRewardsDistributor
    function fund(uint64 epoch, ModelId modelId, uint256 toContributors, uint256 toAttestors) external {
        if (msg.sender != escrow) revert OnlyEscrow(msg.sender);
        pool[epoch] += toContributors;
        modelPool[epoch][modelId] += toContributors;
        attestorPool[epoch] += toAttestors;
        totalFunded += toContributors;
        totalAttestorFunds += toAttestors;
        _funded.set(epoch);
        emit Funded(epoch, modelId, toContributors, toAttestors);
        TOKEN.safeTransferFrom(msg.sender, address(this), toContributors + toAttestors);
    }

    // ------------------------------------------------------------------------------------------ bonds

    /// @inheritdoc IRewardsDistributor
    function bond(uint128 amount) external {
        Attestor storage who = _attestors[msg.sender];
        who.bonded += amount;
        who.exitAt = 0;
        totalBonds += amount;
        emit Bonded(msg.sender, amount);
        TOKEN.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IRewardsDistributor
    function startExit() external {
        Attestor storage who = _attestors[msg.sender];
        if (who.bonded == 0) revert NotBonded(0, 1);
        who.exitAt = uint64(block.timestamp) + EXIT_DELAY;
        emit ExitStarted(msg.sender, who.exitAt);
    }

    /// @inheritdoc IRewardsDistributor
    function exit() external returns (uint128 amount) {
        Attestor storage who = _attestors[msg.sender];
        if (who.exitAt == 0 || block.timestamp < who.exitAt || who.locked != 0) {
            revert BondLocked(who.locked, who.exitAt);
        }
        amount = who.bonded;
        who.bonded = 0;
        who.exitAt = 0;
        totalBonds -= amount;
        emit Exited(msg.sender, amount);
        TOKEN.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IRewardsDistributor
    function requiredBond(uint64 epoch) public view returns (uint128) {
        uint256 scaled = pool[epoch] * BOND_BPS / BPS;
        return scaled > MINIMUM_BOND ? SafeCast.toUint128(scaled) : MINIMUM_BOND;
    }

    // ------------------------------------------------------------------------------------------ roots

    /// @inheritdoc IRewardsDistributor
    function propose(uint64 epoch, bytes32 root, uint128 total, bytes32 dataDigest) external {
        if (_pending.status != Status.None) revert RootPending(_pending.epoch);
        _requireSettleable(epoch);
        uint256 expected = uint256(_current.total) + pool[epoch];
        if (total != expected) revert WrongTotal(total, expected);

        uint128 required = requiredBond(epoch);
        Attestor storage who = _attestors[msg.sender];
        uint128 available = who.exitAt == 0 ? who.bonded - who.locked : 0;
        if (available < required) revert NotBonded(available, required);
        who.locked += required;

        uint64 activeAt = uint64(block.timestamp) + WINDOW;
        _pending = Root({
            root: root,
            dataDigest: dataDigest,
            total: total,
            bond: required,
            activeAt: activeAt,
            epoch: epoch,
            proposer: msg.sender,
            challenger: address(0),
            status: Status.Proposed
        });
        emit RootProposed(epoch, root, total, dataDigest, msg.sender, activeAt);
    }

    /// @inheritdoc IRewardsDistributor
    function challenge(bytes32 evidenceDigest) external {
        if (_pending.status != Status.Proposed) revert WrongStatus(_pending.status);
        if (block.timestamp >= _pending.activeAt) revert WindowClosed(_pending.activeAt);
        uint128 stake = _pending.bond;
        _pending.status = Status.Challenged;
        _pending.challenger = msg.sender;
        totalChallengeBonds += stake;
        emit RootChallenged(_pending.epoch, msg.sender, evidenceDigest);
        TOKEN.safeTransferFrom(msg.sender, address(this), stake);
    }

    /// @inheritdoc IRewardsDistributor
    function resolve(bool upheld) external {
        if (msg.sender != ARBITER) revert OnlyArbiter(msg.sender);
        if (_pending.status != Status.Challenged) revert WrongStatus(_pending.status);
        Root memory root = _pending;
        totalChallengeBonds -= root.bond;
        _attestors[root.proposer].locked -= root.bond;
        emit RootResolved(root.epoch, upheld);

        uint128 half = root.bond / 2;
        if (upheld) {
            _accept(root);
            emit Slashed(root.challenger, root.bond, root.proposer);
            TOKEN.safeTransfer(root.proposer, half);
        } else {
            delete _pending;
            _attestors[root.proposer].bonded -= root.bond;
            totalBonds -= root.bond;
            emit Slashed(root.proposer, root.bond, root.challenger);
            TOKEN.safeTransfer(root.challenger, root.bond + half);
        }
        TOKEN.safeTransfer(TREASURY, root.bond - half);
    }

    /// @inheritdoc IRewardsDistributor
    function finalize() external {
        Root memory root = _pending;
        if (root.status != Status.Proposed) revert WrongStatus(root.status);
        if (block.timestamp < root.activeAt) revert WindowOpen(root.activeAt);
        _attestors[root.proposer].locked -= root.bond;
        _accept(root);
    }

    // ------------------------------------------------------------------------------------------ payment

    /// @inheritdoc IRewardsDistributor
    function setClaimer(address claimer_) external {
        claimer[msg.sender] = claimer_;
        emit ClaimerSet(msg.sender, claimer_);
    }

    /// @inheritdoc IRewardsDistributor
    function claim(address account, uint256 cumulative, bytes32[] calldata proof, address to)
        external
        returns (uint256 amount)
    {
        if (msg.sender != account && msg.sender != claimer[account]) revert NotClaimer(msg.sender);
        // Hashed twice, so that an inner node can never pass for a leaf; equals OpenZeppelin's StandardMerkleTree.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
        if (!MerkleProof.verifyCalldata(proof, _current.root, leaf)) revert BadProof();
        uint256 done = claimed[account];
        if (cumulative <= done) revert NothingToClaim(account, done);
        amount = cumulative - done;
        claimed[account] = cumulative;
        totalClaimed += amount;
        if (totalClaimed > _current.total) revert RootExhausted(totalClaimed, _current.total);
        emit Claimed(account, to, amount);
        TOKEN.safeTransfer(to, amount);
    }

    /// @inheritdoc IRewardsDistributor
    function withdrawAttestorRewards(address who) external returns (uint128 amount) {
        amount = _attestors[who].rewards;
        _attestors[who].rewards = 0;
        totalAttestorFunds -= amount;
        emit AttestorPaid(who, amount);
        TOKEN.safeTransfer(who, amount);
    }

    // ------------------------------------------------------------------------------------------ views

    /// @inheritdoc IRewardsDistributor
    function current() external view returns (Root memory) {
        return _current;
    }

    /// @inheritdoc IRewardsDistributor
    function pending() external view returns (Root memory) {
        return _pending;
    }

    /// @inheritdoc IRewardsDistributor
    function attestor(address who) external view returns (Attestor memory) {
        return _attestors[who];
    }

    // ------------------------------------------------------------------------------------------ inside

    function _requireSettleable(uint64 epoch) private view {
        if (epoch < nextEpoch) revert EpochSettled(epoch, nextEpoch);
        uint64 closesAt = IEpochClock(escrow).closesAt(epoch);
        if (block.timestamp < closesAt) revert EpochOpen(epoch, closesAt);
        if (pool[epoch] == 0) revert EpochEmpty(epoch);
        if (!_funded.isEmptyBetween(nextEpoch, epoch)) revert EpochSkipped(epoch, nextEpoch);
    }

    function _accept(Root memory root) private {
        root.status = Status.Final;
        _current = root;
        delete _pending;
        nextEpoch = root.epoch + 1;
        _attestors[root.proposer].rewards += SafeCast.toUint128(attestorPool[root.epoch]);
        emit RootFinalized(root.epoch, root.root, root.total, root.dataDigest);
    }
}
