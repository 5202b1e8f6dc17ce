// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Divides a pool by weight, rounding prefix sums: the shares add up to the pool exactly, each is within one
/// wei of its exact value, and the result depends only on the order of the weights.
/// @dev The epoch ledger is computed off chain with these three lines (`src/settlement/prefixShares.ts`); the library
/// is the reference for the differential test, and the code that a court's one-step proof will execute.
library PrefixShares {
    /// @param pool At most 1e27 (the total supply), so that `pool * prefix` stays below 2^256.
    /// @param weights Their sum must be positive and at most 2^160.
    function shares(uint256 pool, uint256[] memory weights) internal pure returns (uint256[] memory result) {
        uint256 total;
        for (uint256 i; i < weights.length; ++i) {
            total += weights[i];
        }
        result = new uint256[](weights.length);
        uint256 prefix;
        uint256 before;
        for (uint256 i; i < weights.length; ++i) {
            prefix += weights[i];
            uint256 upTo = pool * prefix / total;
            result[i] = upTo - before;
            before = upTo;
        }
    }
}
