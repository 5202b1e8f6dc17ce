// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDatanetRegistry} from "./interfaces/IDatanetRegistry.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {FeeSplit} from "./libraries/FeeSplit.sol";
import {DatanetId, ModelId, modelIdOf} from "./types/Identifiers.sol";

/// @notice See {IModelRegistry}.
contract ModelRegistry is IModelRegistry {
    using SafeERC20 for IERC20;

    struct Price {
        uint128 now_;
        uint128 next;
        uint64 nextFrom;
    }

    IERC20 public immutable TOKEN;
    IDatanetRegistry public immutable DATANETS;
    /// @notice Decides on disputed models and receives the treasury's half of a lost bond.
    address public immutable TIMELOCK;
    /// @notice Zero: models become active at once (local profile).
    uint64 public immutable OBJECTION_WINDOW;
    uint128 public immutable BOND;
    uint64 public immutable PRICE_DELAY;

    uint256 public totalBonds;
    mapping(ModelId modelId => Model) private _models;
    mapping(ModelId modelId => Price) private _prices;
    mapping(ModelId modelId => DatanetId[]) private _datanets;
    mapping(ModelId modelId => mapping(uint32 version => Version)) private _versions;

    constructor(
        IERC20 token,
        IDatanetRegistry datanets,
        address timelock,
        uint64 objectionWindow,
        uint128 bond,
        uint64 priceDelay
    ) {
        TOKEN = token;
        DATANETS = datanets;
        TIMELOCK = timelock;
        OBJECTION_WINDOW = objectionWindow;
        BOND = bond;
        PRICE_DELAY = priceDelay;
    }

    modifier onlyOwner(ModelId modelId) {
        if (_models[modelId].status == Status.None) revert UnknownModel(modelId);
        if (msg.sender != _models[modelId].owner) revert NotOwner(msg.sender);
        _;
    }

    /// @inheritdoc IModelRegistry
    function proposeModel(
        bytes32 salt,
        DatanetId[] calldata datanets,
        bytes32 baseModelDigest,
        bytes32 specificationDigest,
        uint16 ownerBps,
        uint128 price
    ) external returns (ModelId modelId) {
        modelId = modelIdOf(msg.sender, salt);
        if (_models[modelId].status != Status.None) revert ModelExists(modelId);
        if (datanets.length == 0) revert NoDatanets();
        if (ownerBps > FeeSplit.OWNER_MAXIMUM_BPS) revert OwnerShareTooHigh(ownerBps, FeeSplit.OWNER_MAXIMUM_BPS);
        for (uint256 i; i < datanets.length; ++i) {
            if (!DATANETS.exists(datanets[i])) revert UnknownDatanet(datanets[i]);
        }

        Model storage entry = _models[modelId];
        entry.owner = msg.sender;
        entry.ownerBps = ownerBps;
        entry.baseModelDigest = baseModelDigest;
        entry.specificationDigest = specificationDigest;
        entry.activeAt = uint64(block.timestamp) + OBJECTION_WINDOW;
        _datanets[modelId] = datanets;
        _prices[modelId].now_ = price;
        emit ModelProposed(
            modelId, msg.sender, baseModelDigest, specificationDigest, ownerBps, price, entry.activeAt, datanets
        );
        if (OBJECTION_WINDOW == 0) {
            entry.status = Status.Active;
            emit ModelActivated(modelId);
        } else {
            entry.status = Status.Proposed;
            entry.bond = BOND;
            totalBonds += BOND;
            TOKEN.safeTransferFrom(msg.sender, address(this), BOND);
        }
    }

    /// @inheritdoc IModelRegistry
    function objectTo(ModelId modelId, bytes32 reasonDigest) external {
        Model storage entry = _models[modelId];
        if (entry.status != Status.Proposed) revert WrongStatus(entry.status);
        if (block.timestamp >= entry.activeAt) revert WindowClosed(entry.activeAt);
        entry.status = Status.Disputed;
        entry.objector = msg.sender;
        totalBonds += entry.bond;
        emit ModelObjected(modelId, msg.sender, reasonDigest);
        TOKEN.safeTransferFrom(msg.sender, address(this), entry.bond);
    }

    /// @inheritdoc IModelRegistry
    function activate(ModelId modelId) external {
        Model storage entry = _models[modelId];
        if (entry.status != Status.Proposed) revert WrongStatus(entry.status);
        if (block.timestamp < entry.activeAt) revert WindowOpen(entry.activeAt);
        uint128 bond = entry.bond;
        entry.status = Status.Active;
        entry.bond = 0;
        totalBonds -= bond;
        emit ModelActivated(modelId);
        TOKEN.safeTransfer(entry.owner, bond);
    }

    /// @inheritdoc IModelRegistry
    function decide(ModelId modelId, bool accepted) external {
        if (msg.sender != TIMELOCK) revert NotCourt(msg.sender);
        Model storage entry = _models[modelId];
        if (entry.status != Status.Disputed) revert WrongStatus(entry.status);
        uint128 bond = entry.bond;
        address winner = accepted ? entry.owner : entry.objector;
        entry.status = accepted ? Status.Active : Status.Rejected;
        entry.bond = 0;
        totalBonds -= 2 * uint256(bond);
        if (accepted) emit ModelActivated(modelId);
        else emit ModelRejected(modelId);
        TOKEN.safeTransfer(winner, bond + bond / 2);
        TOKEN.safeTransfer(TIMELOCK, bond - bond / 2);
    }

    /// @inheritdoc IModelRegistry
    function publishVersion(ModelId modelId, bytes32 adapterDigest, bytes32 manifestDigest, bytes32 trainSetRoot)
        external
        onlyOwner(modelId)
        returns (uint32 version)
    {
        Model storage entry = _models[modelId];
        if (entry.status != Status.Active) revert WrongStatus(entry.status);
        version = ++entry.versions;
        _versions[modelId][version] = Version({
            adapterDigest: adapterDigest,
            manifestDigest: manifestDigest,
            trainSetRoot: trainSetRoot,
            publishedAt: uint64(block.timestamp)
        });
        emit VersionPublished(modelId, version, adapterDigest, manifestDigest, trainSetRoot);
    }

    /// @inheritdoc IModelRegistry
    function setPrice(ModelId modelId, uint128 price) external onlyOwner(modelId) {
        uint128 present = priceOf(modelId);
        Price storage entry = _prices[modelId];
        uint64 from = uint64(block.timestamp);
        if (price > present) {
            from += PRICE_DELAY;
            entry.now_ = present;
            entry.next = price;
            entry.nextFrom = from;
        } else {
            entry.now_ = price;
            entry.nextFrom = 0;
        }
        emit PriceChanged(modelId, price, from);
    }

    /// @inheritdoc IModelRegistry
    function retire(ModelId modelId) external onlyOwner(modelId) {
        Model storage entry = _models[modelId];
        if (entry.status != Status.Active) revert WrongStatus(entry.status);
        entry.status = Status.Retired;
        emit ModelRetired(modelId);
    }

    /// @inheritdoc IModelRegistry
    function model(ModelId modelId) external view returns (Model memory) {
        return _models[modelId];
    }

    /// @inheritdoc IModelRegistry
    function datanetsOf(ModelId modelId) external view returns (DatanetId[] memory) {
        return _datanets[modelId];
    }

    /// @inheritdoc IModelRegistry
    function versionOf(ModelId modelId, uint32 version) external view returns (Version memory) {
        return _versions[modelId][version];
    }

    /// @inheritdoc IModelRegistry
    function priceOf(ModelId modelId) public view returns (uint128) {
        Price storage entry = _prices[modelId];
        return entry.nextFrom != 0 && block.timestamp >= entry.nextFrom ? entry.next : entry.now_;
    }

    /// @inheritdoc IModelRegistry
    function payee(ModelId modelId) external view returns (address owner, uint16 ownerBps) {
        Model storage entry = _models[modelId];
        bool payable_ = entry.status == Status.Active || entry.status == Status.Retired;
        return payable_ ? (entry.owner, entry.ownerBps) : (address(0), 0);
    }
}
