// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Which contract carries which name now, and which carried it before. Contracts are immutable: a new version is a
/// new entry, and the old one keeps working for those who want to leave it.
interface IAddressBook {
    struct Entry {
        bytes32 name;
        address location;
    }

    event EntryAdded(bytes32 indexed name, uint32 indexed version, address indexed location);

    /// @notice Only the timelock adds versions.
    error NotAdmin(address caller);
    /// @notice An entry must be a contract.
    error NotContract(address location);
    /// @notice This name has no such version.
    error UnknownEntry(bytes32 name, uint32 version);

    function add(bytes32 name, address location) external returns (uint32 version);
    function latest(bytes32 name) external view returns (address);
    function versions(bytes32 name) external view returns (uint32);
    /// @param version From 1.
    function get(bytes32 name, uint32 version) external view returns (address);
}
