// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The read-only part of the Multicall3 interface, for chains without it at its usual address (a
/// fresh local chain). It holds no funds, and anyone may call it.
contract Multicall3 {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }

    struct Result {
        bool success;
        bytes returnData;
    }

    /// @notice A call without `allowFailure` reverted.
    error CallFailed(uint256 index, bytes returnData);

    function aggregate3(Call3[] calldata calls) external payable returns (Result[] memory results) {
        results = new Result[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            (bool success, bytes memory returnData) = calls[i].target.call(calls[i].callData);
            if (!success && !calls[i].allowFailure) revert CallFailed(i, returnData);
            results[i] = Result(success, returnData);
        }
    }

    /// @notice Clients batch balance queries through this contract as well.
    function getEthBalance(address account) external view returns (uint256) {
        return account.balance;
    }
}
