// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Gives away test OPEN on a local chain. The deployment script deploys it on chain 31337 only.
contract LocalFaucet {
    using SafeERC20 for IERC20;

    IERC20 public immutable TOKEN;
    uint256 public constant DRIP = 1_000e18;
    /// @notice An address with this balance or more is refused: the faucet is for getting started.
    uint256 public constant ENOUGH = 100_000e18;

    event Dripped(address indexed to, uint256 amount);

    /// @notice The address already holds enough.
    error HoldsEnough(address to, uint256 balance);

    constructor(IERC20 token) {
        TOKEN = token;
    }

    function drip(address to) external {
        uint256 balance = TOKEN.balanceOf(to);
        if (balance >= ENOUGH) revert HoldsEnough(to, balance);
        emit Dripped(to, DRIP);
        TOKEN.safeTransfer(to, DRIP);
    }
}
