// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RewardsDistributor} from "../src/RewardsDistributor.sol";
import {IRewardsDistributor} from "../src/interfaces/IRewardsDistributor.sol";
import {Voucher} from "../src/types/Voucher.sol";
import {Fixture} from "./Fixture.sol";

contract RewardsDistributorTest is Fixture {
    uint256 internal payerKey = 0xA11CE;
    address internal payer;
    address internal ada = makeAddr("ada");
    address internal grace = makeAddr("grace");
    address internal challenger = makeAddr("challenger");
    bytes32 internal adaLeaf;
    bytes32 internal graceLeaf;
    bytes32 internal root;
    uint128 internal total;

    /// @dev Epoch 0 has a pool for Ada (30 %) and Grace and is closed; this contract has bonded.
    function setUp() public {
        deployAll();
        payer = vm.addr(payerKey);
        fundAndDeposit(payer, 100_000e18);
        pay(0, 10e18);
        total = uint128(rewards.pool(0));
        adaLeaf = leafOf(ada, adaAmount());
        graceLeaf = leafOf(grace, total - adaAmount());
        root = rootOf(adaLeaf, graceLeaf);
        token.approve(address(rewards), type(uint256).max);
        rewards.bond(MINIMUM_BOND);
        vm.warp(escrow.closesAt(0));
    }

    function adaAmount() internal view returns (uint256) {
        return uint256(total) * 3 / 10;
    }

    function pay(uint64 epoch, uint128 amount) internal {
        Voucher memory voucher = voucherOf(payer, epoch, amount);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), amount);
    }

    function settle() internal {
        rewards.propose(0, root, total, "ledger");
        vm.warp(block.timestamp + WINDOW);
        rewards.finalize();
    }

    function test_flow_pays_to_the_wei() public {
        settle();
        assertEq(rewards.nextEpoch(), 1);
        vm.prank(ada);
        assertEq(rewards.claim(ada, adaAmount(), proofOf(graceLeaf), ada), adaAmount());
        vm.prank(grace);
        rewards.claim(grace, total - adaAmount(), proofOf(adaLeaf), grace);
        assertEq(token.balanceOf(ada) + token.balanceOf(grace), total);
        assertEq(rewards.totalClaimed(), rewards.totalFunded());
    }

    function test_claim_once() public {
        settle();
        uint256 amount = adaAmount();
        vm.startPrank(ada);
        rewards.claim(ada, amount, proofOf(graceLeaf), ada);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NothingToClaim.selector, ada, amount));
        rewards.claim(ada, amount, proofOf(graceLeaf), ada);
        vm.stopPrank();
    }

    function test_claim_bad_proof() public {
        settle();
        uint256 amount = adaAmount();
        vm.startPrank(ada);
        vm.expectRevert(IRewardsDistributor.BadProof.selector);
        rewards.claim(ada, amount + 1, proofOf(graceLeaf), ada);
        vm.expectRevert(IRewardsDistributor.BadProof.selector);
        rewards.claim(ada, amount, proofOf(adaLeaf), ada);
        vm.stopPrank();
    }

    function test_inner_node_is_no_leaf() public {
        settle();
        // The root itself with an empty proof must not verify as anybody's leaf.
        vm.prank(ada);
        vm.expectRevert(IRewardsDistributor.BadProof.selector);
        rewards.claim(ada, total, new bytes32[](0), ada);
    }

    function test_claimer() public {
        settle();
        uint256 amount = adaAmount();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NotClaimer.selector, address(this)));
        rewards.claim(ada, amount, proofOf(graceLeaf), address(this));
        vm.prank(ada);
        rewards.setClaimer(address(this));
        rewards.claim(ada, amount, proofOf(graceLeaf), ada);
        assertEq(token.balanceOf(ada), amount);
    }

    function test_wrong_root_cannot_pay_more_than_was_funded() public {
        // Both leaves say "all": the second claim must fail, and bonds and open pools stay whole.
        bytes32 a = leafOf(ada, total);
        bytes32 b = leafOf(grace, total);
        rewards.propose(0, rootOf(a, b), total, "false");
        vm.warp(block.timestamp + WINDOW);
        rewards.finalize();
        vm.prank(ada);
        rewards.claim(ada, total, proofOf(b), ada);
        vm.prank(grace);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.RootExhausted.selector, 2 * uint256(total), total));
        rewards.claim(grace, total, proofOf(a), grace);
    }

    function test_propose_needs_the_exact_total() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.WrongTotal.selector, total + 1, total));
        rewards.propose(0, root, total + 1, "ledger");
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.WrongTotal.selector, total - 1, total));
        rewards.propose(0, root, total - 1, "ledger");
    }

    function test_propose_waits_for_the_epoch_to_close() public {
        vm.warp(escrow.closesAt(0) - 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochOpen.selector, 0, escrow.closesAt(0)));
        rewards.propose(0, root, total, "ledger");
    }

    function test_propose_one_at_a_time() public {
        rewards.propose(0, root, total, "ledger");
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.RootPending.selector, 0));
        rewards.propose(0, root, total, "ledger");
    }

    function test_propose_settled_empty_and_skipped() public {
        settle();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochSettled.selector, 0, 1));
        rewards.propose(0, root, total, "ledger");

        vm.warp(escrow.startsAt(600));
        pay(600, 10e18);
        vm.warp(escrow.startsAt(900));
        pay(900, 10e18);
        vm.warp(escrow.closesAt(900));
        uint128 twice = total + uint128(rewards.pool(600));
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochEmpty.selector, 599));
        rewards.propose(599, root, total, "ledger");
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.EpochSkipped.selector, 900, 1));
        rewards.propose(900, root, twice, "ledger");
        rewards.propose(600, root, twice, "ledger");
        vm.warp(block.timestamp + WINDOW);
        rewards.finalize();
        assertEq(rewards.nextEpoch(), 601);
    }

    function test_bond_scales_with_the_pool() public {
        assertEq(rewards.requiredBond(0), MINIMUM_BOND);
        vm.warp(escrow.startsAt(2));
        pay(2, 50_000e18);
        uint128 required = uint128(rewards.pool(2) / 2);
        assertEq(rewards.requiredBond(2), required);
        settle();
        vm.warp(escrow.closesAt(2));
        uint128 next = total + uint128(rewards.pool(2));
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NotBonded.selector, MINIMUM_BOND, required));
        rewards.propose(2, root, next, "ledger");
        rewards.bond(required - MINIMUM_BOND);
        rewards.propose(2, root, next, "ledger");
        assertEq(rewards.attestor(address(this)).locked, required);
    }

    function test_bond_is_locked_while_proposing() public {
        rewards.propose(0, root, total, "ledger");
        rewards.startExit();
        vm.warp(block.timestamp + EXIT_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.BondLocked.selector, MINIMUM_BOND, block.timestamp));
        rewards.exit();
        rewards.finalize();
        assertEq(rewards.exit(), MINIMUM_BOND);
    }

    function test_leaving_attestor_cannot_propose() public {
        rewards.startExit();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.NotBonded.selector, 0, MINIMUM_BOND));
        rewards.propose(0, root, total, "ledger");
        vm.expectRevert(
            abi.encodeWithSelector(IRewardsDistributor.BondLocked.selector, 0, uint64(block.timestamp) + EXIT_DELAY)
        );
        rewards.exit();
    }

    function test_finalize_waits_for_the_window() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardsDistributor.WrongStatus.selector, IRewardsDistributor.Status.None)
        );
        rewards.finalize();
        rewards.propose(0, root, total, "ledger");
        uint64 activeAt = uint64(block.timestamp) + WINDOW;
        vm.warp(activeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.WindowOpen.selector, activeAt));
        rewards.finalize();
    }

    function challengeIt() internal {
        token.transfer(challenger, MINIMUM_BOND);
        vm.startPrank(challenger);
        token.approve(address(rewards), MINIMUM_BOND);
        rewards.challenge("evidence");
        vm.stopPrank();
    }

    function test_challenge_upheld_root_stands() public {
        rewards.propose(0, root, total, "ledger");
        challengeIt();
        vm.expectRevert(
            abi.encodeWithSelector(IRewardsDistributor.WrongStatus.selector, IRewardsDistributor.Status.Challenged)
        );
        rewards.finalize();
        uint256 before = token.balanceOf(address(this));
        vm.prank(arbiter);
        rewards.resolve(true);
        assertEq(token.balanceOf(address(this)) - before, MINIMUM_BOND / 2);
        assertEq(token.balanceOf(treasury), MINIMUM_BOND / 2);
        assertEq(rewards.current().root, root);
        assertEq(rewards.totalChallengeBonds(), 0);
        assertEq(rewards.attestor(address(this)).locked, 0);
    }

    function test_challenge_won_slashes_and_reopens() public {
        rewards.propose(0, "false", total, "ledger");
        challengeIt();
        vm.prank(arbiter);
        rewards.resolve(false);
        assertEq(token.balanceOf(challenger), uint256(MINIMUM_BOND) * 3 / 2);
        assertEq(token.balanceOf(treasury), MINIMUM_BOND / 2);
        assertEq(rewards.totalBonds(), 0);
        assertEq(rewards.nextEpoch(), 0);
        rewards.bond(MINIMUM_BOND);
        settle();
        assertEq(rewards.current().root, root);
    }

    function test_challenge_only_in_the_window() public {
        vm.expectRevert(
            abi.encodeWithSelector(IRewardsDistributor.WrongStatus.selector, IRewardsDistributor.Status.None)
        );
        rewards.challenge("evidence");
        rewards.propose(0, root, total, "ledger");
        uint64 activeAt = uint64(block.timestamp) + WINDOW;
        vm.warp(activeAt);
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.WindowClosed.selector, activeAt));
        rewards.challenge("evidence");
    }

    function test_only_arbiter_resolves() public {
        rewards.propose(0, root, total, "ledger");
        challengeIt();
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.OnlyArbiter.selector, address(this)));
        rewards.resolve(true);
    }

    function test_old_root_stays_claimable_while_one_is_pending() public {
        settle();
        vm.warp(escrow.startsAt(5));
        pay(5, 10e18);
        vm.warp(escrow.closesAt(5));
        rewards.propose(5, "next", total + uint128(rewards.pool(5)), "ledger");
        vm.prank(ada);
        assertEq(rewards.claim(ada, adaAmount(), proofOf(graceLeaf), ada), adaAmount());
    }

    function test_attestor_is_paid_for_its_epoch() public {
        uint256 reward = rewards.attestorPool(0);
        settle();
        uint256 before = token.balanceOf(address(this));
        assertEq(rewards.withdrawAttestorRewards(address(this)), reward);
        assertEq(token.balanceOf(address(this)) - before, reward);
        assertEq(rewards.withdrawAttestorRewards(address(this)), 0);
        assertEq(rewards.totalAttestorFunds(), 0);
    }

    function test_only_escrow_funds_and_is_set_once() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.OnlyEscrow.selector, address(this)));
        rewards.fund(0, modelId, 1, 1);
        vm.expectRevert(IRewardsDistributor.EscrowAlreadySet.selector);
        rewards.setEscrow(address(this));
        RewardsDistributor fresh =
            new RewardsDistributor(token, arbiter, treasury, WINDOW, EXIT_DELAY, MINIMUM_BOND, BOND_BPS);
        vm.prank(ada);
        vm.expectRevert(IRewardsDistributor.EscrowAlreadySet.selector);
        fresh.setEscrow(ada);
    }

    function test_constructor_refuses_short_exit() public {
        vm.expectRevert(abi.encodeWithSelector(IRewardsDistributor.ExitDelayTooShort.selector, WINDOW, WINDOW));
        new RewardsDistributor(token, arbiter, treasury, WINDOW, WINDOW, MINIMUM_BOND, BOND_BPS);
    }
}
