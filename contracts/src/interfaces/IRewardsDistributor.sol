// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelId} from "../types/Identifiers.sol";

/// @notice Pays contributors by one cumulative Merkle root per epoch: bonded proposer, exact-total rule, challenge window.
/// @dev A root whose total differs from what was funded is refused on chain. A false root can therefore misdirect money
/// between accounts within its window, if nobody with a bond watches; it can never create claims, touch bonds or drain
/// epochs that are still open.
interface IRewardsDistributor {
    enum Status {
        None,
        Proposed,
        Challenged,
        Final
    }

    struct Root {
        bytes32 root;
        /// SHA-256 of the published ledger.
        bytes32 dataDigest;
        uint128 total;
        uint128 bond;
        uint64 activeAt;
        uint64 epoch;
        address proposer;
        address challenger;
        Status status;
    }

    struct Attestor {
        uint128 bonded;
        uint128 locked;
        uint64 exitAt;
        uint128 rewards;
    }

    event EscrowSet(address indexed escrow);
    event Funded(uint64 indexed epoch, ModelId indexed modelId, uint256 toContributors, uint256 toAttestors);
    event Bonded(address indexed who, uint128 amount);
    event ExitStarted(address indexed who, uint64 exitAt);
    event Exited(address indexed who, uint128 amount);
    event RootProposed(
        uint64 indexed epoch, bytes32 root, uint128 total, bytes32 dataDigest, address indexed proposer, uint64 activeAt
    );
    event RootChallenged(uint64 indexed epoch, address indexed challenger, bytes32 evidenceDigest);
    event RootResolved(uint64 indexed epoch, bool upheld);
    event RootFinalized(uint64 indexed epoch, bytes32 root, uint128 total, bytes32 dataDigest);
    event Slashed(address indexed who, uint128 amount, address indexed to);
    event ClaimerSet(address indexed account, address indexed claimer);
    event Claimed(address indexed account, address indexed to, uint256 amount);
    event AttestorPaid(address indexed who, uint128 amount);

    /// @notice Only the escrow funds.
    error OnlyEscrow(address caller);
    /// @notice The escrow is set once, by the deployer.
    error EscrowAlreadySet();
    /// @notice Only the arbiter resolves a challenge.
    error OnlyArbiter(address caller);
    /// @notice The bond that is free is below what this epoch needs, or its owner is leaving.
    error NotBonded(uint128 available, uint128 required);
    /// @notice Another root is in its window.
    error RootPending(uint64 epoch);
    /// @notice Vouchers of this epoch are still taken until `closesAt`.
    error EpochOpen(uint64 epoch, uint64 closesAt);
    /// @notice A final root covers this epoch already.
    error EpochSettled(uint64 epoch, uint64 nextEpoch);
    /// @notice Nothing was paid in this epoch.
    error EpochEmpty(uint64 epoch);
    /// @notice An earlier epoch holds money and comes first.
    error EpochSkipped(uint64 epoch, uint64 nextEpoch);
    /// @notice The total must be the last final total plus this epoch's pool.
    error WrongTotal(uint256 total, uint256 expected);
    /// @notice There is no root in the state that this needs.
    error WrongStatus(Status status);
    /// @notice The window ended.
    error WindowClosed(uint64 activeAt);
    /// @notice The window lasts until `activeAt`.
    error WindowOpen(uint64 activeAt);
    /// @notice The leaf is not under the current root.
    error BadProof();
    /// @notice Everything up to this cumulative amount was claimed.
    error NothingToClaim(address account, uint256 claimed);
    /// @notice Only the account or its claimer claims.
    error NotClaimer(address caller);
    /// @notice More was claimed than the root holds: the root is wrong.
    error RootExhausted(uint256 totalClaimed, uint256 total);
    /// @notice The bond is locked in a proposal, or its exit has not ended.
    error BondLocked(uint128 locked, uint64 exitAt);
    /// @notice The exit delay must be longer than the window, else a proposer leaves before it can be slashed.
    error ExitDelayTooShort(uint64 exitDelay, uint64 window);

    /// @notice Takes the contributors' and the attestors' part of a collected voucher.
    function fund(uint64 epoch, ModelId modelId, uint256 toContributors, uint256 toAttestors) external;

    function bond(uint128 amount) external;
    function startExit() external;
    function exit() external returns (uint128 amount);
    /// @notice What a proposer of `epoch` must have free: the larger of the minimum and a share of the epoch's pool.
    function requiredBond(uint64 epoch) external view returns (uint128);

    /// @notice Proposes the cumulative root after `epoch`. Epochs between the last settled one and this must be empty.
    function propose(uint64 epoch, bytes32 root, uint128 total, bytes32 dataDigest) external;

    /// @notice Disputes the pending root with an equal bond; the arbiter decides.
    function challenge(bytes32 evidenceDigest) external;

    /// @notice `upheld`: the root stands and the challenger's bond is lost; otherwise the proposer's is, and the epoch reopens.
    /// The loser's bond goes half to the winner, half to the treasury, so that challenging oneself never pays.
    function resolve(bool upheld) external;

    /// @notice Makes an undisputed root current after its window. Anyone may call it.
    function finalize() external;

    /// @notice Lets another address claim for the caller; zero address: nobody.
    function setClaimer(address claimer_) external;

    /// @notice Pays the difference between the proven cumulative amount and what was claimed. Nothing can pause it.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof, address to)
        external
        returns (uint256 amount);

    /// @notice Pays an attestor its share of the fees of the epochs that it settled.
    function withdrawAttestorRewards(address who) external returns (uint128 amount);

    function current() external view returns (Root memory);
    function pending() external view returns (Root memory);
    function nextEpoch() external view returns (uint64);
    function pool(uint64 epoch) external view returns (uint256);
    function modelPool(uint64 epoch, ModelId modelId) external view returns (uint256);
    function attestorPool(uint64 epoch) external view returns (uint256);
    function claimed(address account) external view returns (uint256);
    function claimer(address account) external view returns (address);
    function attestor(address who) external view returns (Attestor memory);
    function totalFunded() external view returns (uint256);
    function totalClaimed() external view returns (uint256);
    function totalBonds() external view returns (uint256);
    function totalChallengeBonds() external view returns (uint256);
    function totalAttestorFunds() external view returns (uint256);
}
