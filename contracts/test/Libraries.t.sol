// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {EpochBitmap} from "../src/libraries/EpochBitmap.sol";
import {FeeSplit} from "../src/libraries/FeeSplit.sol";
import {PrefixShares} from "../src/libraries/PrefixShares.sol";

/// @notice The vectors were computed by an independent program; `src/settlement/vectors.test.ts` runs the client on the
/// same files.
contract LibrariesTest is Test {
    using EpochBitmap for EpochBitmap.Bitmap;

    EpochBitmap.Bitmap private _bitmap;

    function test_shares_equal_the_vectors() public view {
        string memory json = vm.readFile("test/vectors/shares.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertEq(count, 28);
        for (uint256 i; i < count; ++i) {
            string memory at_ = string.concat(".cases[", vm.toString(i), "]");
            uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(at_, ".shares"));
            uint256[] memory actual = PrefixShares.shares(
                vm.parseJsonUint(json, string.concat(at_, ".pool")),
                vm.parseJsonUintArray(json, string.concat(at_, ".weights"))
            );
            assertEq(actual, expected);
        }
    }

    function test_splits_equal_the_vectors() public view {
        string memory json = vm.readFile("test/vectors/splits.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertEq(count, 60);
        for (uint256 i; i < count; ++i) {
            string memory at_ = string.concat(".cases[", vm.toString(i), "]");
            uint256[] memory expected = vm.parseJsonUintArray(json, string.concat(at_, ".parts"));
            FeeSplit.Parts memory parts = FeeSplit.split(
                vm.parseJsonUint(json, string.concat(at_, ".amount")),
                uint16(vm.parseJsonUint(json, string.concat(at_, ".ownerBps")))
            );
            assertEq(parts.protocol, expected[0]);
            assertEq(parts.attestors, expected[1]);
            assertEq(parts.owner, expected[2]);
            assertEq(parts.collector, expected[3]);
            assertEq(parts.contributors, expected[4]);
        }
    }

    function testFuzz_shares_add_to_the_pool(uint96 pool, uint128[] memory raw) public pure {
        vm.assume(raw.length > 0);
        uint256[] memory weights = new uint256[](raw.length);
        uint256 total;
        for (uint256 i; i < raw.length; ++i) {
            weights[i] = raw[i];
            total += raw[i];
        }
        vm.assume(total > 0);
        uint256[] memory result = PrefixShares.shares(pool, weights);
        uint256 sum;
        for (uint256 i; i < result.length; ++i) {
            sum += result[i];
            uint256 ideal = uint256(pool) * weights[i] / total;
            assertLe(result[i], ideal + 1);
            assertGe(result[i] + 1, ideal);
        }
        assertEq(sum, pool);
    }

    function testFuzz_bitmap_equals_a_list(uint16[8] memory set, uint16 from, uint16 length) public {
        uint64 start = from % 1_500;
        uint64 end = start + length % 1_500;
        bool empty = true;
        for (uint256 i; i < set.length; ++i) {
            uint64 epoch = set[i] % 3_000;
            _bitmap.set(epoch);
            if (epoch >= start && epoch < end) empty = false;
        }
        assertEq(_bitmap.isEmptyBetween(start, end), empty);
    }

    function test_bitmap_word_edges() public {
        _bitmap.set(255);
        _bitmap.set(256);
        assertTrue(_bitmap.isEmptyBetween(0, 255));
        assertFalse(_bitmap.isEmptyBetween(0, 256));
        assertFalse(_bitmap.isEmptyBetween(256, 257));
        assertTrue(_bitmap.isEmptyBetween(257, 100_000));
        assertTrue(_bitmap.isEmptyBetween(255, 255));
        assertTrue(_bitmap.isEmptyBetween(300, 200));
    }
}
