// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Divides a collected amount. Contributors receive every rounding remainder, so no wei is lost.
/// @dev `src/settlement/splitFee.ts` computes the same numbers; `test/vectors` checks that both agree.
library FeeSplit {
    uint256 internal constant BPS = 10_000;
    uint16 internal constant PROTOCOL_BPS = 500;
    uint16 internal constant ATTESTOR_BPS = 300;
    uint16 internal constant COLLECTOR_BPS = 20;
    /// @dev With the three above it adds up to at most 58.2 %, so contributors always get at least 41.8 %.
    uint16 internal constant OWNER_MAXIMUM_BPS = 5_000;

    struct Parts {
        uint256 protocol;
        uint256 attestors;
        uint256 owner;
        uint256 collector;
        uint256 contributors;
    }

    /// @param amount Wei of OPEN, at most 2^128.
    /// @param ownerBps The model owner's share, at most `OWNER_MAXIMUM_BPS` (the registry refuses more).
    function split(uint256 amount, uint16 ownerBps) internal pure returns (Parts memory parts) {
        parts.protocol = amount * PROTOCOL_BPS / BPS;
        parts.attestors = amount * ATTESTOR_BPS / BPS;
        parts.owner = amount * ownerBps / BPS;
        parts.collector = amount * COLLECTOR_BPS / BPS;
        parts.contributors = amount - parts.protocol - parts.attestors - parts.owner - parts.collector;
    }
}
