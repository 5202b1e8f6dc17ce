// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One bit per epoch, 256 epochs per slot: set if the epoch was funded. After a year without payments,
/// one-minute epochs are skipped with some 2,000 reads instead of half a million.
library EpochBitmap {
    struct Bitmap {
        mapping(uint256 word => uint256) words;
    }

    function set(Bitmap storage bitmap, uint64 epoch) internal {
        bitmap.words[epoch >> 8] |= uint256(1) << (epoch & 0xff);
    }

    /// @notice Whether no epoch in [`from`, `to`) is set.
    function isEmptyBetween(Bitmap storage bitmap, uint64 from, uint64 to) internal view returns (bool) {
        if (from >= to) return true;
        uint256 firstWord = from >> 8;
        uint256 lastWord = (to - 1) >> 8;
        for (uint256 word = firstWord; word <= lastWord; ++word) {
            uint256 bits = bitmap.words[word];
            if (word == firstWord) bits &= type(uint256).max << (from & 0xff);
            if (word == lastWord) bits &= type(uint256).max >> (255 - ((to - 1) & 0xff));
            if (bits != 0) return false;
        }
        return true;
    }
}
