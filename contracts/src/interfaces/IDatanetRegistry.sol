// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatanetId} from "../types/Identifiers.sol";

/// @notice Records who contributed which rows to which datanet. The rows are on IPFS; the chain stores their digests.
interface IDatanetRegistry {
    enum Status {
        None,
        Submitted,
        Accepted,
        Rejected
    }

    struct Datanet {
        address owner;
        /// Number of contributions so far.
        uint64 contributions;
        /// Accepts or rejects contributions. Zero address: every contribution is accepted at once.
        address curator;
        uint128 minimumStake;
        /// SHA-256 of the datanet's description.
        bytes32 metadataDigest;
    }

    struct Contribution {
        address contributor;
        uint64 submittedAt;
        uint32 rowCount;
        Status status;
        /// Merkle root of the row hashes (RFC 6962).
        bytes32 rowsRoot;
        /// SHA-256 of the signed contribution header: the digest inside its CID.
        bytes32 headerDigest;
        uint128 stake;
    }

    event DatanetCreated(
        DatanetId indexed datanetId,
        address indexed owner,
        bytes32 metadataDigest,
        address curator,
        uint128 minimumStake
    );
    event Contributed(
        DatanetId indexed datanetId,
        uint64 indexed index,
        address indexed contributor,
        bytes32 rowsRoot,
        bytes32 headerDigest,
        uint32 rowCount,
        uint128 stake
    );
    event ContributionStatusChanged(DatanetId indexed datanetId, uint64 indexed index, Status status);
    event StakeWithdrawn(DatanetId indexed datanetId, uint64 indexed index, address indexed contributor, uint128 stake);

    /// @notice The datanet does not exist.
    error UnknownDatanet(DatanetId datanetId);
    /// @notice This creator already used this salt.
    error DatanetExists(DatanetId datanetId);
    /// @notice No contribution has this index.
    error UnknownContribution(DatanetId datanetId, uint64 index);
    /// @notice A contribution needs at least one row.
    error NoRows();
    /// @notice The stake is below the datanet's minimum.
    error StakeTooLow(uint128 stake, uint128 minimum);
    /// @notice Only the datanet's curator may decide.
    error NotCurator(address caller);
    /// @notice The contribution has already been decided.
    error AlreadyDecided(Status status);
    /// @notice Only the contributor may take the stake back.
    error NotContributor(address caller);
    /// @notice The stake is locked until `unlocksAt`.
    error StakeLocked(uint64 unlocksAt);
    /// @notice This contribution has no stake left.
    error NoStake();

    /// @notice Creates a datanet owned by the caller.
    /// @param salt The identifier is derived from it and the caller's address.
    function createDatanet(bytes32 salt, bytes32 metadataDigest, address curator, uint128 minimumStake)
        external
        returns (DatanetId datanetId);

    /// @notice Registers rows that the caller published. A `stake` above zero must have been approved in OPEN.
    function contribute(DatanetId datanetId, bytes32 rowsRoot, bytes32 headerDigest, uint32 rowCount, uint128 stake)
        external
        returns (uint64 index);

    /// @notice The curator's decision on a submitted contribution.
    function decide(DatanetId datanetId, uint64 index, bool accepted) external;

    /// @notice Returns the stake: at once if the contribution was rejected, otherwise after the lock.
    function withdrawStake(DatanetId datanetId, uint64 index) external returns (uint128 stake);

    function datanet(DatanetId datanetId) external view returns (Datanet memory);
    function contribution(DatanetId datanetId, uint64 index) external view returns (Contribution memory);
    function exists(DatanetId datanetId) external view returns (bool);
    /// @notice Total of all stakes in this contract.
    function totalStake() external view returns (uint256);
}
