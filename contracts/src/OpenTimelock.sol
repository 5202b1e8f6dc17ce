// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice Treasury and sole administrator of the system. The governor proposes and cancels, anyone executes; the
/// deployer is an administrator until it renounces at the end of the deployment.
contract OpenTimelock is TimelockController {
    constructor(uint256 minimumDelay, address administrator)
        TimelockController(minimumDelay, new address[](0), _anyone(), administrator)
    {}

    /// @dev The zero address as executor opens execution to everyone.
    function _anyone() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
