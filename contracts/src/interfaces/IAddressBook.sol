// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Current and earlier contract addresses by name. Contracts are immutable: a new version is a
/// new entry, and the old one keeps working until its users have moved.
interface IAddressBook {
    struct Entry {
        bytes32 name;
        address location;
    }

    event EntryAdded(bytes32 indexed name, uint32 indexed version, address indexed location);

    /// @notice Only the timelock may add versions.
    error NotAdmin(address caller);
    /// @notice The address has no code.
    error NotContract(address location);
    /// @notice The name has no such version.
    error UnknownEntry(bytes32 name, uint32 version);

    function add(bytes32 name, address location) external returns (uint32 version);
    function latest(bytes32 name) external view returns (address);
    function versions(bytes32 name) external view returns (uint32);
    /// @param version Starts at 1.
    function get(bytes32 name, uint32 version) external view returns (address);
}
