// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DatanetRegistry} from "../src/DatanetRegistry.sol";
import {InferenceEscrow} from "../src/InferenceEscrow.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {OpenToken} from "../src/OpenToken.sol";
import {RewardsDistributor} from "../src/RewardsDistributor.sol";
import {IRewardsDistributor} from "../src/interfaces/IRewardsDistributor.sol";
import {ModelId} from "../src/types/Identifiers.sol";
import {Voucher} from "../src/types/Voucher.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Performs every action of payers, collectors, attestors, challengers and contributors, and keeps a second set
/// of books for comparison. Its calls never revert: a step that is not currently possible is skipped and not counted.
contract Handler is Fixture {
    uint256 public constant PAYERS = 4;
    /// The payer itself, then its session keys: two browsers.
    uint256 public constant SIGNERS = 3;
    uint256[SIGNERS][PAYERS] internal signerKeys;
    address[PAYERS] public payers;
    address[SIGNERS][PAYERS] public signers;
    address[2] public contributors;

    // The second set of books.
    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public creditsPaid;
    uint256 public attestorPaid;
    mapping(address payer => uint256) public requested;
    mapping(address payer => uint256) public requestedAt;
    mapping(address payer => mapping(address signer => mapping(uint64 epoch => uint256))) public signed;
    mapping(address contributor => uint256) public earned;
    mapping(address payer => mapping(address signer => uint256)) public drawnBy;
    mapping(address payer => uint256) public depositedBy;
    mapping(address payer => uint256) public withdrawnBy;
    uint256[2] internal inPending;

    // What must never happen.
    bool public withdrewEarlyOrTooMuch;
    bool public collectedAboveSigned;
    bool public claimedAboveEarned;
    bool public revokedKeyDrew;
    bool public collectedUnderAnotherSigner;

    // Reachability: how often each step was performed.
    mapping(string step => uint256) public reached;

    constructor(OpenToken t, DatanetRegistry d, ModelRegistry m, InferenceEscrow e, RewardsDistributor r, ModelId id) {
        (token, datanets, models, escrow, rewards, modelId) = (t, d, m, e, r, id);
        for (uint256 i; i < PAYERS; ++i) {
            for (uint256 j; j < SIGNERS; ++j) {
                signerKeys[i][j] = 7_919 * (i + 1) + 104_729 * j;
                signers[i][j] = vm.addr(signerKeys[i][j]);
            }
            payers[i] = signers[i][0];
        }
        contributors = [address(0xC1), address(0xC2)];
    }

    function begin() external {
        token.approve(address(rewards), type(uint256).max);
        rewards.bond(100_000e18);
    }

    // ------------------------------------------------------------------------------------------ payers

    function deposit(uint256 who, uint96 amount) external {
        uint128 value = uint128(bound(amount, 1, 1e22));
        fundAndDeposit(payers[who % PAYERS], value);
        deposited += value;
        depositedBy[payers[who % PAYERS]] += value;
        reached["deposit"]++;
    }

    function sessionOf(uint256 who, bool second) internal view returns (address) {
        return signers[who][second ? 2 : 1];
    }

    function setSessionKey(uint256 who, bool second, uint32 duration, uint96 more) external {
        who %= PAYERS;
        address session = sessionOf(who, second);
        (uint64 validUntil, uint96 cap,) = escrow.sessionKeys(payers[who], session);
        uint64 until = uint64(block.timestamp) + duration % 10 days;
        if (until < validUntil) return;
        vm.prank(payers[who]);
        escrow.setSessionKey(session, until, uint96(cap + more % 1e22));
        reached["setSessionKey"]++;
    }

    function revokeSessionKey(uint256 who, bool second) external {
        vm.prank(payers[who % PAYERS]);
        escrow.revokeSessionKey(sessionOf(who % PAYERS, second));
    }

    /// @dev Signed by the payer or by one of its session keys, for the current epoch or the one in its grace period. A
    /// signature is tried under another signer first, which must draw nothing.
    function collect(uint256 who, uint256 by, uint96 amount, bool lateEpoch) external {
        who %= PAYERS;
        by %= SIGNERS;
        address payer = payers[who];
        address signer = signers[who][by];
        uint64 epoch = escrow.currentEpoch();
        if (lateEpoch && epoch > 0 && block.timestamp < escrow.closesAt(epoch - 1)) epoch--;
        (uint128 got,) = escrow.channels(payer, signer, modelId, epoch);
        Voucher memory voucher = voucherOf(payer, signer, epoch, got + uint128(bound(amount, 1, 2e22)));
        bytes memory signature = sign(signerKeys[who][by], voucher);
        voucher.signer = signers[who][(by + 1) % SIGNERS];
        if (collectOne(voucher, signature) > 0) collectedUnderAnotherSigner = true;
        voucher.signer = signer;
        uint256 drawn = collectOne(voucher, signature);
        if (voucher.cumulative > signed[payer][signer][epoch]) signed[payer][signer][epoch] = voucher.cumulative;
        (uint128 collected,) = escrow.channels(payer, signer, modelId, epoch);
        if (collected > signed[payer][signer][epoch]) collectedAboveSigned = true;
        if (collected != got + drawn) collectedAboveSigned = true;
        if (drawn == 0) return;
        drawnBy[payer][signer] += drawn;
        reached[by == 0 ? "collectByPayer" : by == 1 ? "collectBySession" : "collectBySecondSession"]++;
        if (by == 0) return;
        (uint64 validUntil,,) = escrow.sessionKeys(payer, signer);
        if (validUntil < escrow.startsAt(epoch)) revokedKeyDrew = true;
    }

    function thaw(uint256 who, uint96 amount) external {
        address payer = payers[who % PAYERS];
        (uint128 balance,,) = escrow.accounts(payer);
        if (balance == 0) return;
        uint128 value = uint128(bound(amount, 1, balance));
        requested[payer] = value;
        requestedAt[payer] = block.timestamp;
        vm.prank(payer);
        escrow.thaw(value);
    }

    /// @dev Tries at any time: the contract, not the handler, must refuse the early ones.
    function withdraw(uint256 who) external {
        address payer = payers[who % PAYERS];
        vm.prank(payer);
        try escrow.withdraw() returns (uint128 amount) {
            withdrawn += amount;
            withdrawnBy[payer] += amount;
            if (amount > requested[payer] || block.timestamp < requestedAt[payer] + THAW) {
                withdrewEarlyOrTooMuch = true;
            }
            requested[payer] = 0;
            reached["withdraw"]++;
        } catch {}
    }

    function withdrawCredits(uint256 who) external {
        address[3] memory earners = [treasury, address(this), modelOwner];
        creditsPaid += escrow.withdrawCredits(earners[who % 3]);
    }

    function warp(uint32 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 2 days));
    }

    // ------------------------------------------------------------------------------------------ attestors

    function firstFundedEpoch() internal view returns (bool found, uint64 epoch) {
        for (epoch = rewards.nextEpoch(); epoch <= escrow.currentEpoch(); ++epoch) {
            if (rewards.pool(epoch) > 0) return (true, epoch);
        }
    }

    function propose(uint16 shareBps) external {
        (bool found, uint64 epoch) = firstFundedEpoch();
        if (!found || rewards.pending().status != IRewardsDistributor.Status.None) return;
        if (block.timestamp < escrow.closesAt(epoch)) return;
        IRewardsDistributor.Attestor memory me = rewards.attestor(address(this));
        // Bonding again also ends an exit.
        if (me.exitAt != 0 || me.bonded - me.locked < rewards.requiredBond(epoch)) {
            rewards.bond(rewards.requiredBond(epoch));
        }
        uint256 pool = rewards.pool(epoch);
        inPending[0] = pool * (shareBps % 10_001) / 10_000;
        inPending[1] = pool - inPending[0];
        bytes32 root = rootOf(
            leafOf(contributors[0], earned[contributors[0]] + inPending[0]),
            leafOf(contributors[1], earned[contributors[1]] + inPending[1])
        );
        rewards.propose(epoch, root, rewards.current().total + uint128(pool), 0);
        reached["propose"]++;
    }

    function credit() internal {
        earned[contributors[0]] += inPending[0];
        earned[contributors[1]] += inPending[1];
    }

    function challengeAndResolve(bool upheld) external {
        IRewardsDistributor.Root memory root = rewards.pending();
        if (root.status != IRewardsDistributor.Status.Proposed || block.timestamp >= root.activeAt) return;
        rewards.challenge("evidence");
        vm.prank(arbiter);
        rewards.resolve(upheld);
        if (upheld) credit();
        reached[upheld ? "upheld" : "slashed"]++;
    }

    function finalize() external {
        IRewardsDistributor.Root memory root = rewards.pending();
        if (root.status != IRewardsDistributor.Status.Proposed || block.timestamp < root.activeAt) return;
        rewards.finalize();
        credit();
        reached["finalize"]++;
    }

    function claim(bool first) external {
        address who = contributors[first ? 0 : 1];
        address other = contributors[first ? 1 : 0];
        if (earned[who] <= rewards.claimed(who)) return;
        bytes32[] memory proof = proofOf(leafOf(other, earned[other]));
        vm.prank(who);
        rewards.claim(who, earned[who], proof, who);
        if (token.balanceOf(who) > earned[who]) claimedAboveEarned = true;
        reached["claim"]++;
    }

    /// @dev A second claim of the same leaf must find nothing.
    function claimAgain(bool first) external {
        address who = contributors[first ? 0 : 1];
        if (earned[who] == 0 || earned[who] != rewards.claimed(who)) return;
        address other = contributors[first ? 1 : 0];
        bytes32[] memory proof = proofOf(leafOf(other, earned[other]));
        vm.prank(who);
        try rewards.claim(who, earned[who], proof, who) {
            claimedAboveEarned = true;
        } catch {}
    }

    function withdrawAttestorRewards() external {
        attestorPaid += rewards.withdrawAttestorRewards(address(this));
    }

    function exit(bool start) external {
        IRewardsDistributor.Attestor memory me = rewards.attestor(address(this));
        if (start && me.bonded > 0 && me.exitAt == 0) rewards.startExit();
        else if (me.exitAt != 0 && block.timestamp >= me.exitAt && me.locked == 0) rewards.exit();
        else return;
        if (!start) rewards.bond(100_000e18);
    }
}

contract InvariantsTest is Fixture {
    Handler internal handler;

    function setUp() public {
        deployAll();
        handler = new Handler(token, datanets, models, escrow, rewards, modelId);
        token.transfer(address(handler), token.balanceOf(address(this)));
        handler.begin();
        targetContract(address(handler));
        bytes4[] memory selectors = new bytes4[](16);
        selectors[0] = Handler.deposit.selector;
        selectors[1] = Handler.setSessionKey.selector;
        selectors[2] = Handler.revokeSessionKey.selector;
        selectors[3] = Handler.collect.selector;
        selectors[4] = Handler.thaw.selector;
        selectors[5] = Handler.withdraw.selector;
        selectors[6] = Handler.withdrawCredits.selector;
        selectors[7] = Handler.warp.selector;
        selectors[8] = Handler.propose.selector;
        selectors[9] = Handler.challengeAndResolve.selector;
        selectors[10] = Handler.finalize.selector;
        selectors[11] = Handler.claim.selector;
        selectors[12] = Handler.claimAgain.selector;
        selectors[13] = Handler.withdrawAttestorRewards.selector;
        selectors[14] = Handler.exit.selector;
        // Twice as likely, because every other step needs it.
        selectors[15] = Handler.collect.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
    }

    /// @dev All of them after each call; one function, so that one campaign serves all.
    function invariant_money() public view {
        // I1, and I3: totals equal the sum of their parts.
        assertEq(token.balanceOf(address(escrow)), escrow.totalBalances() + escrow.totalCredits(), "I1 escrow solvent");
        uint256 balances;
        for (uint256 i; i < handler.PAYERS(); ++i) {
            (uint128 balance, uint128 thawing,) = escrow.accounts(handler.payers(i));
            balances += balance;
            assertLe(thawing, balance, "thawing is part of the balance");
        }
        assertEq(balances, escrow.totalBalances(), "I3 balances");
        uint256 credits = escrow.credits(treasury) + escrow.credits(modelOwner) + escrow.credits(address(handler));
        assertEq(credits, escrow.totalCredits(), "I3 credits");

        // I2
        uint256 held = rewards.totalFunded() - rewards.totalClaimed() + rewards.totalBonds()
            + rewards.totalChallengeBonds() + rewards.totalAttestorFunds();
        assertEq(token.balanceOf(address(rewards)), held, "I2 distributor solvent");

        // I4
        assertLe(rewards.totalClaimed(), rewards.current().total, "I4 claims within the root");
        assertLe(rewards.current().total, rewards.totalFunded(), "I4 root within the funds");
        uint256 claimed = rewards.claimed(handler.contributors(0)) + rewards.claimed(handler.contributors(1));
        assertEq(claimed, rewards.totalClaimed(), "I4 claims add up");

        // I5: all money that came in is accounted for.
        uint256 attestors = rewards.totalAttestorFunds() + handler.attestorPaid();
        assertEq(
            handler.deposited(),
            handler.withdrawn() + handler.creditsPaid() + escrow.totalBalances() + escrow.totalCredits()
                + rewards.totalFunded() + attestors,
            "I5 conservation"
        );

        // I6, I8, I9, I15
        assertFalse(handler.withdrewEarlyOrTooMuch(), "I6 withdrawal early or too large");
        assertFalse(handler.collectedAboveSigned(), "I8 collected above what was signed");
        assertFalse(handler.claimedAboveEarned(), "I9 claimed above what was earned");
        assertFalse(handler.revokedKeyDrew(), "I15 a dead key drew");
        assertFalse(handler.collectedUnderAnotherSigner(), "I16 a voucher was collected under another signer");
        for (uint256 i; i < handler.PAYERS(); ++i) {
            address payer = handler.payers(i);
            uint256 drawn = handler.drawnBy(payer, payer);
            for (uint256 j = 1; j < handler.SIGNERS(); ++j) {
                address session = handler.signers(i, j);
                (, uint96 cap, uint96 spent) = escrow.sessionKeys(payer, session);
                assertLe(spent, cap, "a key spent above its cap");
                assertEq(spent, handler.drawnBy(payer, session), "what a key spent is what it drew");
                drawn += spent;
            }
            (uint128 balance,,) = escrow.accounts(payer);
            assertEq(
                drawn + balance + handler.withdrawnBy(payer),
                handler.depositedBy(payer),
                "I17 all signers together drew from the deposit what is missing in it"
            );
        }

        // I7, I10
        assertEq(token.totalSupply(), 1e27, "I7 supply");
        IRewardsDistributor.Attestor memory attestor = rewards.attestor(address(handler));
        assertLe(attestor.locked, attestor.bonded, "I10 locked within bonded");
        assertEq(attestor.bonded, rewards.totalBonds(), "I10 bonds add up");
    }

    /// @dev A handler that never does anything would pass every invariant, so a plain pseudo-random walk must reach
    /// each step.
    function test_handler_reaches_every_step() public {
        uint256 seed = 20_261_121;
        for (uint256 i; i < 1_500; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 step = seed % 16;
            uint256 a = seed >> 16;
            if (step == 0) handler.deposit(a, uint96(a >> 8));
            else if (step == 1) handler.setSessionKey(a, a >> 202 & 1 == 0, uint32(a >> 8), uint96(a >> 40));
            else if (step == 2 && a % 4 == 0) handler.revokeSessionKey(a >> 2, a >> 202 & 1 == 0);
            else if (step <= 5) handler.collect(a, a >> 200, uint96(a >> 8), a >> 210 & 1 == 0);
            else if (step == 6) handler.thaw(a, uint96(a >> 8));
            else if (step == 7) handler.withdraw(a);
            else if (step == 8) handler.withdrawCredits(a);
            else if (step <= 10) handler.warp(uint32(a));
            else if (step == 11) handler.propose(uint16(a));
            else if (step == 12) handler.challengeAndResolve(a & 1 == 0);
            else if (step == 13) handler.finalize();
            else if (step == 14) handler.claim(a & 1 == 0);
            else handler.claimAgain(a & 1 == 0);
        }
        string[11] memory steps = [
            "deposit",
            "setSessionKey",
            "collectBySession",
            "collectBySecondSession",
            "collectByPayer",
            "withdraw",
            "propose",
            "upheld",
            "slashed",
            "finalize",
            "claim"
        ];
        for (uint256 i; i < steps.length; ++i) {
            assertGt(handler.reached(steps[i]), 3, steps[i]);
        }
        this.invariant_money();
    }
}
