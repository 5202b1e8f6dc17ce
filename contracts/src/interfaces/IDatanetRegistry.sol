// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatanetId} from "../types/Identifiers.sol";

/// @notice Who contributed which rows to which datanet. The rows themselves are on IPFS; the chain keeps digests.
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
        /// Accepts or rejects contributions; zero address: every contribution is accepted at once.
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

    /// @notice The datanet was never created.
    error UnknownDatanet(DatanetId datanetId);
    /// @notice The same creator already used this salt.
    error DatanetExists(DatanetId datanetId);
    /// @notice There is no contribution of this index.
    error UnknownContribution(DatanetId datanetId, uint64 index);
    /// @notice A contribution needs at least one row.
    error NoRows();
    /// @notice The stake is below what the datanet asks.
    error StakeTooLow(uint128 stake, uint128 minimum);
    /// @notice Only the datanet's curator decides.
    error NotCurator(address caller);
    /// @notice The contribution was decided already.
    error AlreadyDecided(Status status);
    /// @notice Only the contributor takes the stake back.
    error NotContributor(address caller);
    /// @notice The stake is locked until `unlocksAt`.
    error StakeLocked(uint64 unlocksAt);
    /// @notice No stake is left on this contribution.
    error NoStake();

    /// @notice Creates a datanet owned by the caller.
    /// @param salt With the caller's address it makes the identifier.
    function createDatanet(bytes32 salt, bytes32 metadataDigest, address curator, uint128 minimumStake)
        external
        returns (DatanetId datanetId);

    /// @notice Registers rows that the caller published. `stake` of OPEN must be approved when it is not zero.
    function contribute(DatanetId datanetId, bytes32 rowsRoot, bytes32 headerDigest, uint32 rowCount, uint128 stake)
        external
        returns (uint64 index);

    /// @notice The curator's decision on a submitted contribution.
    function decide(DatanetId datanetId, uint64 index, bool accepted) external;

    /// @notice Returns the stake of a rejected contribution at once, of any other after the lock.
    function withdrawStake(DatanetId datanetId, uint64 index) external returns (uint128 stake);

    function datanet(DatanetId datanetId) external view returns (Datanet memory);
    function contribution(DatanetId datanetId, uint64 index) external view returns (Contribution memory);
    function exists(DatanetId datanetId) external view returns (bool);
    /// @notice Sum of the stakes held here.
    function totalStake() external view returns (uint256);
}
