// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ModelId} from "../types/Identifiers.sol";

/// @notice Pays contributors by one cumulative Merkle root per epoch: bonded proposer, exact-total rule, challenge
/// window.
/// @dev A root whose total differs from the funded amount is refused on chain. Within its window, a false root can
/// therefore misdirect money between accounts if nobody with a bond watches; it can never create claims, touch bonds or
/// drain epochs that are still open.
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

    /// @notice Only the escrow may fund epochs.
    error OnlyEscrow(address caller);
    /// @notice The escrow can be set only once, by the deployer.
    error EscrowAlreadySet();
    /// @notice Only the arbiter may resolve a challenge.
    error OnlyArbiter(address caller);
    /// @notice The free bond is below the epoch's minimum, or its owner has requested an exit.
    error NotBonded(uint128 available, uint128 required);
    /// @notice Another root is still in its challenge window.
    error RootPending(uint64 epoch);
    /// @notice This epoch accepts vouchers until `closesAt`.
    error EpochOpen(uint64 epoch, uint64 closesAt);
    /// @notice A final root already covers this epoch.
    error EpochSettled(uint64 epoch, uint64 nextEpoch);
    /// @notice This epoch was not funded.
    error EpochEmpty(uint64 epoch);
    /// @notice An earlier funded epoch must be settled first.
    error EpochSkipped(uint64 epoch, uint64 nextEpoch);
    /// @notice The total must be the last final total plus this epoch's pool.
    error WrongTotal(uint256 total, uint256 expected);
    /// @notice No root is in the required state.
    error WrongStatus(Status status);
    /// @notice The challenge window has ended.
    error WindowClosed(uint64 activeAt);
    /// @notice The challenge window lasts until `activeAt`.
    error WindowOpen(uint64 activeAt);
    /// @notice The proof does not lead to the current root.
    error BadProof();
    /// @notice This cumulative amount has already been claimed.
    error NothingToClaim(address account, uint256 claimed);
    /// @notice Only the account or its claimer may claim.
    error NotClaimer(address caller);
    /// @notice Claims exceed the root's total: the root is wrong.
    error RootExhausted(uint256 totalClaimed, uint256 total);
    /// @notice The bond is locked by a proposal, or its exit delay has not passed.
    error BondLocked(uint128 locked, uint64 exitAt);
    /// @notice The exit delay must exceed the challenge window, or a proposer could leave before it can be slashed.
    error ExitDelayTooShort(uint64 exitDelay, uint64 window);

    /// @notice Receives the contributors' and the attestors' share of a collected voucher.
    function fund(uint64 epoch, ModelId modelId, uint256 toContributors, uint256 toAttestors) external;

    function bond(uint128 amount) external;
    function startExit() external;
    function exit() external returns (uint128 amount);
    /// @notice Free bond required to propose `epoch`: the minimum or a share of the epoch's pool, whichever is larger.
    function requiredBond(uint64 epoch) external view returns (uint128);

    /// @notice Proposes the cumulative root after `epoch`. All epochs between the last settled one and this one must be
    /// unfunded.
    function propose(uint64 epoch, bytes32 root, uint128 total, bytes32 dataDigest) external;

    /// @notice Challenges the pending root with an equal bond; the arbiter decides.
    function challenge(bytes32 evidenceDigest) external;

    /// @notice `upheld`: the root stands and the challenger's bond is lost; otherwise the proposer's is, and the epoch
    /// reopens. Half of the loser's bond goes to the winner, half to the treasury, so challenging oneself never pays.
    function resolve(bool upheld) external;

    /// @notice Makes an unchallenged root current after its window. Anyone may call it.
    function finalize() external;

    /// @notice Lets another address claim for the caller; zero address: nobody.
    function setClaimer(address claimer_) external;

    /// @notice Pays the proven cumulative amount less what was already claimed. It cannot be paused.
    function claim(address account, uint256 cumulative, bytes32[] calldata proof, address to)
        external
        returns (uint256 amount);

    /// @notice Pays an attestor its share of the fees of the epochs it settled.
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
