// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Test} from "forge-std/Test.sol";
import {AddressBook} from "../src/AddressBook.sol";
import {OpenGovernor} from "../src/OpenGovernor.sol";
import {OpenTimelock} from "../src/OpenTimelock.sol";
import {OpenToken} from "../src/OpenToken.sol";
import {IAddressBook} from "../src/interfaces/IAddressBook.sol";

contract GovernanceTest is Test {
    OpenToken internal token;
    OpenTimelock internal timelock;
    OpenGovernor internal governor;
    AddressBook internal book;
    address internal voter = makeAddr("voter");

    function setUp() public {
        vm.warp(1_800_000_000);
        token = new OpenToken(address(this));
        timelock = new OpenTimelock(2 days, address(this));
        governor = new OpenGovernor(token, timelock, OpenGovernor.Settings(1 days, 5 days, 1_000_000e18, 4, 1 days));
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(timelock.CANCELLER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        book = new AddressBook(address(timelock), new IAddressBook.Entry[](0));
        token.transfer(voter, 50_000_000e18);
        token.transfer(address(timelock), 900_000_000e18);
        vm.prank(voter);
        token.delegate(voter);
        vm.warp(block.timestamp + 1);
    }

    function proposal()
        internal
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        targets = new address[](1);
        values = new uint256[](1);
        calls = new bytes[](1);
        targets[0] = address(book);
        calls[0] = abi.encodeCall(book.add, ("token", address(token)));
    }

    function test_vote_queue_execute() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = proposal();
        vm.prank(voter);
        uint256 id = governor.propose(targets, values, calls, "Add the token");
        assertEq(governor.proposalCount(), 1);
        vm.warp(block.timestamp + 1 days + 1);
        vm.prank(voter);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + 5 days);
        bytes32 description = keccak256("Add the token");
        governor.queue(targets, values, calls, description);
        vm.expectRevert();
        governor.execute(targets, values, calls, description);
        vm.warp(block.timestamp + 2 days);
        governor.execute(targets, values, calls, description);
        assertEq(book.latest("token"), address(token));
        assertTrue(governor.state(id) == IGovernor.ProposalState.Executed);
    }

    function test_small_holder_cannot_propose() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = proposal();
        vm.expectRevert(
            abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, address(this), 0, 1_000_000e18)
        );
        governor.propose(targets, values, calls, "x");
    }

    function test_without_quorum_nothing_passes() public {
        vm.prank(voter);
        token.transfer(makeAddr("idle"), 30_000_000e18);
        vm.warp(block.timestamp + 1);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = proposal();
        vm.prank(voter);
        uint256 id = governor.propose(targets, values, calls, "x");
        vm.warp(block.timestamp + 1 days + 1);
        vm.prank(voter);
        governor.castVote(id, 1);
        vm.warp(block.timestamp + 5 days);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Defeated);
    }

    function test_deployer_holds_nothing() public view {
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(this)));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
    }
}

contract OpenTokenTest is Test {
    function test_supply_and_clock() public {
        OpenToken token = new OpenToken(address(this));
        assertEq(token.totalSupply(), 1e27);
        assertEq(token.balanceOf(address(this)), 1e27);
        assertEq(token.symbol(), "OPEN");
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
        vm.warp(1_234_567_890);
        assertEq(token.clock(), 1_234_567_890);
    }
}
