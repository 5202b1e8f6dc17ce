// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAddressBook} from "./interfaces/IAddressBook.sol";

/// @notice See {IAddressBook}.
contract AddressBook is IAddressBook {
    address public immutable ADMIN;
    mapping(bytes32 name => address[]) private _entries;

    constructor(address admin, Entry[] memory entries) {
        ADMIN = admin;
        for (uint256 i; i < entries.length; ++i) {
            _add(entries[i].name, entries[i].location);
        }
    }

    /// @inheritdoc IAddressBook
    function add(bytes32 name, address location) external returns (uint32 version) {
        if (msg.sender != ADMIN) revert NotAdmin(msg.sender);
        return _add(name, location);
    }

    /// @inheritdoc IAddressBook
    function latest(bytes32 name) external view returns (address) {
        return get(name, versions(name));
    }

    /// @inheritdoc IAddressBook
    function versions(bytes32 name) public view returns (uint32) {
        return uint32(_entries[name].length);
    }

    /// @inheritdoc IAddressBook
    function get(bytes32 name, uint32 version) public view returns (address) {
        if (version == 0 || version > _entries[name].length) revert UnknownEntry(name, version);
        return _entries[name][version - 1];
    }

    function _add(bytes32 name, address location) private returns (uint32 version) {
        if (location.code.length == 0) revert NotContract(location);
        _entries[name].push(location);
        version = uint32(_entries[name].length);
        emit EntryAdded(name, version, location);
    }
}
