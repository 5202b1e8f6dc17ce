// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Time in epochs, counted from the deployment.
interface IEpochClock {
    function currentEpoch() external view returns (uint64);
    function startsAt(uint64 epoch) external view returns (uint64);
    /// @notice When the epoch stops accepting vouchers: its end plus the grace period.
    function closesAt(uint64 epoch) external view returns (uint64);
}
