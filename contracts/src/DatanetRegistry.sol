// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IDatanetRegistry} from "./interfaces/IDatanetRegistry.sol";
import {DatanetId, datanetIdOf} from "./types/Identifiers.sol";

/// @notice See {IDatanetRegistry}.
contract DatanetRegistry is IDatanetRegistry {
    using SafeERC20 for IERC20;

    IERC20 public immutable TOKEN;
    /// @notice How long a stake stays locked after its contribution, so that bad rows can still cost it.
    uint64 public immutable STAKE_LOCK;

    uint256 public totalStake;
    mapping(DatanetId datanetId => Datanet) private _datanets;
    mapping(DatanetId datanetId => mapping(uint64 index => Contribution)) private _contributions;

    constructor(IERC20 token, uint64 stakeLock) {
        TOKEN = token;
        STAKE_LOCK = stakeLock;
    }

    /// @inheritdoc IDatanetRegistry
    function createDatanet(bytes32 salt, bytes32 metadataDigest, address curator, uint128 minimumStake)
        external
        returns (DatanetId datanetId)
    {
        datanetId = datanetIdOf(msg.sender, salt);
        if (exists(datanetId)) revert DatanetExists(datanetId);
        _datanets[datanetId] = Datanet({
            owner: msg.sender,
            contributions: 0,
            curator: curator,
            minimumStake: minimumStake,
            metadataDigest: metadataDigest
        });
        emit DatanetCreated(datanetId, msg.sender, metadataDigest, curator, minimumStake);
    }

    /// @inheritdoc IDatanetRegistry
    function contribute(DatanetId datanetId, bytes32 rowsRoot, bytes32 headerDigest, uint32 rowCount, uint128 stake)
        external
        returns (uint64 index)
    {
        Datanet storage net = _datanets[datanetId];
        if (net.owner == address(0)) revert UnknownDatanet(datanetId);
        if (rowCount == 0) revert NoRows();
        if (stake < net.minimumStake) revert StakeTooLow(stake, net.minimumStake);
        index = net.contributions++;
        Status status = net.curator == address(0) ? Status.Accepted : Status.Submitted;
        _contributions[datanetId][index] = Contribution({
            contributor: msg.sender,
            submittedAt: uint64(block.timestamp),
            rowCount: rowCount,
            status: status,
            rowsRoot: rowsRoot,
            headerDigest: headerDigest,
            stake: stake
        });
        totalStake += stake;
        emit Contributed(datanetId, index, msg.sender, rowsRoot, headerDigest, rowCount, stake);
        if (status == Status.Accepted) emit ContributionStatusChanged(datanetId, index, status);
        if (stake != 0) TOKEN.safeTransferFrom(msg.sender, address(this), stake);
    }

    /// @inheritdoc IDatanetRegistry
    function decide(DatanetId datanetId, uint64 index, bool accepted) external {
        if (msg.sender != _datanets[datanetId].curator) revert NotCurator(msg.sender);
        Contribution storage entry = _known(datanetId, index);
        if (entry.status != Status.Submitted) revert AlreadyDecided(entry.status);
        entry.status = accepted ? Status.Accepted : Status.Rejected;
        emit ContributionStatusChanged(datanetId, index, entry.status);
    }

    /// @inheritdoc IDatanetRegistry
    function withdrawStake(DatanetId datanetId, uint64 index) external returns (uint128 stake) {
        Contribution storage entry = _known(datanetId, index);
        if (msg.sender != entry.contributor) revert NotContributor(msg.sender);
        stake = entry.stake;
        if (stake == 0) revert NoStake();
        uint64 unlocksAt = entry.submittedAt + STAKE_LOCK;
        if (entry.status != Status.Rejected && block.timestamp < unlocksAt) revert StakeLocked(unlocksAt);
        entry.stake = 0;
        totalStake -= stake;
        emit StakeWithdrawn(datanetId, index, msg.sender, stake);
        TOKEN.safeTransfer(msg.sender, stake);
    }

    /// @inheritdoc IDatanetRegistry
    function datanet(DatanetId datanetId) external view returns (Datanet memory) {
        return _datanets[datanetId];
    }

    /// @inheritdoc IDatanetRegistry
    function contribution(DatanetId datanetId, uint64 index) external view returns (Contribution memory) {
        return _contributions[datanetId][index];
    }

    /// @inheritdoc IDatanetRegistry
    function exists(DatanetId datanetId) public view returns (bool) {
        return _datanets[datanetId].owner != address(0);
    }

    function _known(DatanetId datanetId, uint64 index) private view returns (Contribution storage entry) {
        entry = _contributions[datanetId][index];
        if (entry.status == Status.None) revert UnknownContribution(datanetId, index);
    }
}
