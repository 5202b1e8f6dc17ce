// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatanetId, ModelId} from "../types/Identifiers.sol";

/// @notice Registry of adapters: the datanets they were trained on, and who owns them.
interface IModelRegistry {
    enum Status {
        None,
        Proposed,
        Disputed,
        Active,
        Rejected,
        Retired
    }

    struct Model {
        address owner;
        uint16 ownerBps;
        Status status;
        /// When a proposed model may be activated.
        uint64 activeAt;
        /// Number of published versions.
        uint32 versions;
        /// Bond held for the proposer (and once more for the objector while disputed).
        uint128 bond;
        address objector;
        bytes32 baseModelDigest;
        bytes32 specificationDigest;
    }

    struct Version {
        /// SHA-256 of the adapter's weights.
        bytes32 adapterDigest;
        /// SHA-256 of the adapter's manifest.
        bytes32 manifestDigest;
        /// Merkle root of the rows that it was trained on.
        bytes32 trainSetRoot;
        uint64 publishedAt;
    }

    event ModelProposed(
        ModelId indexed modelId,
        address indexed owner,
        bytes32 baseModelDigest,
        bytes32 specificationDigest,
        uint16 ownerBps,
        uint128 price,
        uint64 activeAt,
        DatanetId[] datanets
    );
    event ModelObjected(ModelId indexed modelId, address indexed objector, bytes32 reasonDigest);
    event ModelActivated(ModelId indexed modelId);
    event ModelRejected(ModelId indexed modelId);
    event ModelRetired(ModelId indexed modelId);
    event VersionPublished(
        ModelId indexed modelId,
        uint32 indexed version,
        bytes32 adapterDigest,
        bytes32 manifestDigest,
        bytes32 trainSetRoot
    );
    event PriceChanged(ModelId indexed modelId, uint128 price, uint64 from);

    /// @notice The model does not exist.
    error UnknownModel(ModelId modelId);
    /// @notice This proposer already used this salt.
    error ModelExists(ModelId modelId);
    /// @notice A model must name at least one datanet.
    error NoDatanets();
    /// @notice One of the datanets does not exist.
    error UnknownDatanet(DatanetId datanetId);
    /// @notice The owner's share is above the maximum.
    error OwnerShareTooHigh(uint16 ownerBps, uint16 maximum);
    /// @notice Only the model's owner may call this.
    error NotOwner(address caller);
    /// @notice Only the timelock may decide on a disputed model.
    error NotCourt(address caller);
    /// @notice The model is not in the required state.
    error WrongStatus(Status status);
    /// @notice The objection window lasts until `activeAt`.
    error WindowOpen(uint64 activeAt);
    /// @notice The objection window ended at `activeAt`.
    error WindowClosed(uint64 activeAt);

    /// @notice Proposes a model owned by the caller. With an objection window of zero (local profile) it is active at
    /// once.
    function proposeModel(
        bytes32 salt,
        DatanetId[] calldata datanets,
        bytes32 baseModelDigest,
        bytes32 specificationDigest,
        uint16 ownerBps,
        uint128 price
    ) external returns (ModelId modelId);

    /// @notice Objects within the window with a bond equal to the proposer's; the timelock then decides.
    function objectTo(ModelId modelId, bytes32 reasonDigest) external;

    /// @notice Ends an undisputed window and returns the bond. Anyone may call it.
    function activate(ModelId modelId) external;

    /// @notice The timelock's decision. Half of the loser's bond goes to the winner, half to the treasury.
    function decide(ModelId modelId, bool accepted) external;

    /// @notice Publishes trained weights under an active model.
    function publishVersion(ModelId modelId, bytes32 adapterDigest, bytes32 manifestDigest, bytes32 trainSetRoot)
        external
        returns (uint32 version);

    /// @notice A lower price takes effect at once, a higher one after the price delay, so it cannot rise within an
    /// epoch unannounced.
    function setPrice(ModelId modelId, uint128 price) external;

    /// @notice Retires the model: no new versions. Vouchers signed for it stay collectable.
    function retire(ModelId modelId) external;

    function model(ModelId modelId) external view returns (Model memory);
    function datanetsOf(ModelId modelId) external view returns (DatanetId[] memory);
    function versionOf(ModelId modelId, uint32 version) external view returns (Version memory);
    /// @notice Current price: wei of OPEN per 1,000 generated tokens.
    function priceOf(ModelId modelId) external view returns (uint128);
    /// @notice Terms that the escrow pays by. Zero address: vouchers for this model cannot be collected.
    function payee(ModelId modelId) external view returns (address owner, uint16 ownerBps);
    /// @notice Total of all bonds in this contract.
    function totalBonds() external view returns (uint256);
}
