// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {InferenceEscrow} from "../src/InferenceEscrow.sol";
import {IInferenceEscrow} from "../src/interfaces/IInferenceEscrow.sol";
import {FeeSplit} from "../src/libraries/FeeSplit.sol";
import {ModelId} from "../src/types/Identifiers.sol";
import {Voucher} from "../src/types/Voucher.sol";
import {Fixture} from "./Fixture.sol";

/// @notice A contract wallet that accepts every signature, or burns all gas it receives.
contract ContractWallet is IERC1271 {
    bool public immutable BURNS;

    constructor(bool burns) {
        BURNS = burns;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        if (BURNS) {
            while (true) {}
        }
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice A contract wallet that accepts what its owner signed, as most do.
contract OwnedWallet is IERC1271 {
    address public immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == OWNER ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract InferenceEscrowTest is Fixture {
    uint256 internal payerKey = 0xA11CE;
    uint256 internal sessionPrivate = 0x5E55;
    address internal payer;
    address internal session;

    function setUp() public {
        deployAll();
        payer = vm.addr(payerKey);
        session = vm.addr(sessionPrivate);
        fundAndDeposit(payer, 500e18);
    }

    /// @dev Collects and expects a refusal for `reason`: the voucher is reported and no money moves.
    function expectRefused(Voucher memory voucher, bytes memory signature, bytes memory reason) internal {
        (Voucher[] memory vouchers, bytes[] memory signatures) = batchOf(voucher, signature);
        uint256 before = escrow.totalBalances();
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.VoucherRefused(voucher.payer, voucher.modelId, voucher.epoch, 0, reason);
        (uint256 total, uint256 count) = escrow.collect(vouchers, signatures);
        assertEq(total, 0);
        assertEq(count, 0);
        assertEq(escrow.totalBalances(), before);
    }

    function setSession(uint64 validUntil, uint96 cap) internal {
        vm.prank(payer);
        escrow.setSessionKey(session, validUntil, cap);
    }

    // ------------------------------------------------------------------------------------------ vouchers

    function test_collect_payer_signed() public {
        Voucher memory voucher = voucherOf(payer, 0, 10e18);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 10e18);
        assertEq(rewards.pool(0), 10e18 - 0.5e18 - 0.3e18 - 2e18 - 0.02e18);
        assertEq(rewards.attestorPool(0), 0.3e18);
        assertEq(escrow.credits(treasury), 0.5e18);
        assertEq(escrow.credits(modelOwner), 2e18);
        assertEq(escrow.credits(address(this)), 0.02e18);
        (uint128 collected, uint64 count) = escrow.channels(payer, payer, modelId, 0);
        assertEq(collected, 10e18);
        assertEq(count, 1);
    }

    function test_collect_only_difference() public {
        Voucher memory voucher = voucherOf(payer, 0, 10e18);
        collectOne(voucher, sign(payerKey, voucher));
        voucher.cumulative = 13e18;
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 3e18);
        expectRefused(
            voucher,
            sign(payerKey, voucher),
            abi.encodeWithSelector(IInferenceEscrow.StaleVoucher.selector, 13e18, 13e18)
        );
    }

    function test_collect_overdraft_pays_what_is_there_and_the_rest_stays_owed() public {
        Voucher memory voucher = voucherOf(payer, 0, 600e18);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 500e18);
        expectRefused(
            voucher,
            sign(payerKey, voucher),
            abi.encodeWithSelector(IInferenceEscrow.InsufficientBalance.selector, 0, 100e18)
        );
        fundAndDeposit(payer, 30e18);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 30e18);
    }

    function test_collect_wrong_signature() public {
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        bytes memory signature = sign(0xBAD, voucher);
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, payer));
        // Signed for other terms.
        signature = sign(payerKey, voucher);
        voucher.cumulative = 2e18;
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, payer));
    }

    function test_voucher_is_bound_to_chain_and_contract() public {
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        bytes memory signature = sign(payerKey, voucher);
        InferenceEscrow other = new InferenceEscrow(token, models, rewards, treasury, EPOCH, GRACE, THAW);
        assertNotEq(other.hashVoucher(voucher), escrow.hashVoucher(voucher));
        vm.chainId(99);
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, payer));
    }

    function test_collect_epoch_bounds() public {
        Voucher memory voucher = voucherOf(payer, 1, 1e18);
        expectRefused(
            voucher, sign(payerKey, voucher), abi.encodeWithSelector(IInferenceEscrow.EpochInFuture.selector, 1, 0)
        );
        voucher.epoch = 0;
        uint64 closesAt = escrow.closesAt(0);
        vm.warp(closesAt);
        expectRefused(
            voucher, sign(payerKey, voucher), abi.encodeWithSelector(IInferenceEscrow.EpochClosed.selector, 0, closesAt)
        );
        vm.warp(closesAt - 1);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 1e18);
    }

    function test_collect_unknown_model() public {
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        voucher.modelId = ModelId.wrap("nobody's");
        expectRefused(
            voucher,
            sign(payerKey, voucher),
            abi.encodeWithSelector(IInferenceEscrow.ModelNotPayable.selector, voucher.modelId)
        );
    }

    function test_retired_model_stays_payable() public {
        vm.prank(modelOwner);
        models.retire(modelId);
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        assertEq(collectOne(voucher, sign(payerKey, voucher)), 1e18);
    }

    function test_batch_isolates_failures() public {
        uint256 richKey = 0x123;
        address rich = vm.addr(richKey);
        fundAndDeposit(rich, 50e18);
        Voucher[] memory vouchers = new Voucher[](3);
        bytes[] memory signatures = new bytes[](3);
        vouchers[0] = voucherOf(rich, 0, 5e18);
        signatures[0] = sign(richKey, vouchers[0]);
        vouchers[1] = voucherOf(payer, 0, 5e18);
        signatures[1] = hex"00";
        vouchers[2] = voucherOf(payer, 0, 7e18);
        signatures[2] = sign(payerKey, vouchers[2]);
        (uint256 total, uint256 count) = escrow.collect(vouchers, signatures);
        assertEq(total, 12e18);
        assertEq(count, 2);
    }

    function test_batch_lengths() public {
        vm.expectRevert(IInferenceEscrow.LengthMismatch.selector);
        escrow.collect(new Voucher[](1), new bytes[](0));
        vm.expectRevert(IInferenceEscrow.LengthMismatch.selector);
        escrow.collect(new Voucher[](0), new bytes[](1));
    }

    function test_collectOne_is_not_an_entry_point() public {
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        bytes memory signature = sign(payerKey, voucher);
        vm.expectRevert(IInferenceEscrow.OnlySelf.selector);
        escrow.collectOne(voucher, signature, address(this));
    }

    function test_little_gas_reverts_instead_of_refusing() public {
        Voucher memory voucher = voucherOf(payer, 0, 1e18);
        (Voucher[] memory vouchers, bytes[] memory signatures) = batchOf(voucher, sign(payerKey, voucher));
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.NotEnoughGas.selector, 0));
        escrow.collect{gas: 400_000}(vouchers, signatures);
    }

    function test_contract_wallets() public {
        address wallet = address(new ContractWallet(false));
        address burner = address(new ContractWallet(true));
        token.transfer(wallet, 10e18);
        token.transfer(burner, 10e18);
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(i == 0 ? wallet : burner);
            token.approve(address(escrow), 10e18);
            escrow.deposit(10e18);
            vm.stopPrank();
        }
        Voucher[] memory vouchers = new Voucher[](2);
        bytes[] memory signatures = new bytes[](2);
        (vouchers[0], signatures[0]) = (voucherOf(burner, 0, 1e18), bytes("any"));
        (vouchers[1], signatures[1]) = (voucherOf(wallet, 0, 1e18), bytes("any"));
        // The gas-burning wallet costs its own voucher's gas and nothing else.
        (uint256 total, uint256 count) = escrow.collect{gas: 2_000_000}(vouchers, signatures);
        assertEq(total, 1e18);
        assertEq(count, 1);
    }

    // ------------------------------------------------------------------------------------------ one channel per signer

    function test_each_signer_has_a_channel_of_its_own() public {
        uint256 otherPrivate = 0x0BB;
        address other = vm.addr(otherPrivate);
        setSession(type(uint64).max, 100e18);
        vm.prank(payer);
        escrow.setSessionKey(other, type(uint64).max, 100e18);
        Voucher memory mine = voucherOf(payer, session, 0, 3e18);
        Voucher memory yours = voucherOf(payer, other, 0, 2e18);
        Voucher memory wallets = voucherOf(payer, 0, 1e18);
        assertEq(collectOne(mine, sign(sessionPrivate, mine)), 3e18);
        assertEq(collectOne(yours, sign(otherPrivate, yours)), 2e18);
        assertEq(collectOne(wallets, sign(payerKey, wallets)), 1e18);
        (uint128 balance,,) = escrow.accounts(payer);
        assertEq(balance, 494e18);
        (uint128 collected,) = escrow.channels(payer, other, modelId, 0);
        assertEq(collected, 2e18);
    }

    /// @dev Collects what the session key signed, then the same signature under a contract wallet that the key owns: without the
    /// signer among what is signed, whoever collects could name one and then the other, and the payer would pay twice.
    function collectOnceFor(address from, address wallet) internal returns (Voucher memory voucher) {
        voucher = voucherOf(from, session, 0, 5e18);
        bytes memory signature = sign(sessionPrivate, voucher);
        (uint128 before,,) = escrow.accounts(from);
        assertEq(collectOne(voucher, signature), 5e18);
        voucher.signer = wallet;
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, wallet));
        (uint128 balance,,) = escrow.accounts(from);
        assertEq(balance, before - 5e18);
    }

    function test_attack_a_key_and_the_contract_wallet_that_it_owns() public {
        address wallet = address(new OwnedWallet(session));
        setSession(type(uint64).max, 100e18);
        vm.prank(payer);
        escrow.setSessionKey(wallet, type(uint64).max, 100e18);
        Voucher memory voucher = collectOnceFor(payer, wallet);
        // It may sign for the wallet: that is another voucher.
        assertEq(collectOne(voucher, sign(sessionPrivate, voucher)), 5e18);
    }

    function test_attack_a_contract_wallet_that_pays_and_the_key_that_owns_it() public {
        address wallet = address(new OwnedWallet(session));
        fundAndDeposit(wallet, 20e18);
        vm.prank(wallet);
        escrow.setSessionKey(session, type(uint64).max, 100e18);
        collectOnceFor(wallet, wallet);
    }

    function testFuzz_a_voucher_counts_under_its_own_signer_only(uint96 amount, address another) public {
        amount = uint96(bound(amount, 1, 500e18));
        vm.assume(another != session && another.code.length == 0);
        setSession(type(uint64).max, type(uint96).max);
        vm.prank(payer);
        escrow.setSessionKey(another, type(uint64).max, type(uint96).max);
        Voucher memory voucher = voucherOf(payer, session, 0, amount);
        bytes memory signature = sign(sessionPrivate, voucher);
        voucher.signer = another;
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, another));
        voucher.signer = payer;
        expectRefused(voucher, signature, abi.encodeWithSelector(IInferenceEscrow.BadSignature.selector, payer));
        voucher.signer = session;
        assertEq(collectOne(voucher, signature), amount);
    }

    /// @dev Whatever each signs, together they draw no more than the deposit, each no more than it signed or may.
    function testFuzz_signers_together_never_draw_more_than_the_deposit(uint96[3] memory sums, uint96 cap) public {
        uint256[3] memory keys = [payerKey, sessionPrivate, 0x0BB];
        uint256 drawn;
        for (uint256 i; i < 3; ++i) {
            sums[i] = uint96(bound(sums[i], 1, 900e18));
            address signer = vm.addr(keys[i]);
            if (i > 0) {
                vm.prank(payer);
                escrow.setSessionKey(signer, type(uint64).max, cap);
            }
            Voucher memory voucher = voucherOf(payer, signer, 0, sums[i]);
            uint256 got = collectOne(voucher, sign(keys[i], voucher));
            assertLe(got, sums[i]);
            if (i > 0) assertLe(got, cap);
            (uint128 collected,) = escrow.channels(payer, signer, modelId, 0);
            assertEq(collected, got);
            drawn += got;
        }
        (uint128 balance,,) = escrow.accounts(payer);
        assertEq(drawn + balance, 500e18);
    }

    // ------------------------------------------------------------------------------------------ session keys

    function test_session_key_draws_up_to_its_cap() public {
        setSession(uint64(block.timestamp + 1 hours), 8e18);
        Voucher memory voucher = voucherOf(payer, session, 0, 10e18);
        assertEq(collectOne(voucher, sign(sessionPrivate, voucher)), 8e18);
        (,, uint96 spent) = escrow.sessionKeys(payer, session);
        assertEq(spent, 8e18);
        expectRefused(
            voucher,
            sign(sessionPrivate, voucher),
            abi.encodeWithSelector(IInferenceEscrow.KeyCapExceeded.selector, session, 8e18)
        );
        setSession(uint64(block.timestamp + 1 hours), 9e18);
        assertEq(collectOne(voucher, sign(sessionPrivate, voucher)), 1e18);
    }

    function test_unknown_session_key() public {
        Voucher memory voucher = voucherOf(payer, session, 0, 1e18);
        expectRefused(
            voucher,
            sign(sessionPrivate, voucher),
            abi.encodeWithSelector(IInferenceEscrow.SignerNotAllowed.selector, payer, session)
        );
    }

    function test_session_key_of_another_payer() public {
        address other = makeAddr("other");
        vm.prank(other);
        escrow.setSessionKey(session, type(uint64).max, type(uint96).max);
        Voucher memory voucher = voucherOf(payer, session, 0, 1e18);
        expectRefused(
            voucher,
            sign(sessionPrivate, voucher),
            abi.encodeWithSelector(IInferenceEscrow.SignerNotAllowed.selector, payer, session)
        );
    }

    function test_revoked_key_pays_the_running_epoch_and_no_later_one() public {
        setSession(type(uint64).max, 100e18);
        Voucher memory voucher = voucherOf(payer, session, 0, 1e18);
        vm.warp(block.timestamp + 1 hours);
        vm.prank(payer);
        escrow.revokeSessionKey(session);
        assertEq(collectOne(voucher, sign(sessionPrivate, voucher)), 1e18);
        vm.warp(escrow.startsAt(1));
        voucher.epoch = 1;
        expectRefused(
            voucher,
            sign(sessionPrivate, voucher),
            abi.encodeWithSelector(IInferenceEscrow.SignerNotAllowed.selector, payer, session)
        );
    }

    function test_expired_key_signs_nothing_later() public {
        setSession(uint64(block.timestamp + 1 hours), 100e18);
        vm.warp(escrow.startsAt(1));
        Voucher memory voucher = voucherOf(payer, session, 1, 1e18);
        expectRefused(
            voucher,
            sign(sessionPrivate, voucher),
            abi.encodeWithSelector(IInferenceEscrow.SignerNotAllowed.selector, payer, session)
        );
    }

    function test_session_key_cannot_shrink() public {
        setSession(1_900_000_000, 5e18);
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.SessionKeyCannotShrink.selector, 1_900_000_000, 5e18));
        escrow.setSessionKey(session, 1_900_000_000, 4e18);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.SessionKeyCannotShrink.selector, 1_900_000_000, 5e18));
        escrow.setSessionKey(session, 1_899_999_999, 5e18);
        vm.stopPrank();
    }

    function test_revoking_an_expired_key_does_not_extend_it() public {
        setSession(uint64(block.timestamp), 5e18);
        vm.warp(block.timestamp + 100);
        vm.prank(payer);
        escrow.revokeSessionKey(session);
        (uint64 validUntil,,) = escrow.sessionKeys(payer, session);
        assertEq(validUntil, block.timestamp - 100);
    }

    // ------------------------------------------------------------------------------------------ account

    function test_thaw_and_withdraw() public {
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InsufficientBalance.selector, 500e18, 501e18));
        escrow.thaw(501e18);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.NotThawed.selector, 0));
        escrow.withdraw();
        escrow.thaw(200e18);
        uint64 thawEnd = uint64(block.timestamp) + THAW;
        vm.warp(thawEnd - 1);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.NotThawed.selector, thawEnd));
        escrow.withdraw();
        vm.warp(thawEnd);
        assertEq(escrow.withdraw(), 200e18);
        vm.stopPrank();
        assertEq(token.balanceOf(payer), 200e18);
        (uint128 balance, uint128 thawing,) = escrow.accounts(payer);
        assertEq(balance, 300e18);
        assertEq(thawing, 0);
    }

    function test_thawing_money_stays_collectable() public {
        vm.prank(payer);
        escrow.thaw(500e18);
        Voucher memory voucher = voucherOf(payer, 0, 400e18);
        collectOne(voucher, sign(payerKey, voucher));
        vm.warp(block.timestamp + THAW);
        vm.prank(payer);
        assertEq(escrow.withdraw(), 100e18);
    }

    function test_cancel_thaw() public {
        vm.startPrank(payer);
        escrow.thaw(100e18);
        escrow.cancelThaw();
        vm.warp(block.timestamp + THAW);
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.NotThawed.selector, 0));
        escrow.withdraw();
        vm.stopPrank();
    }

    function test_permit_used_by_someone_else_does_no_harm() public {
        token.transfer(payer, 50e18);
        uint256 deadline = block.timestamp + 1 hours;
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19\x01",
                token.DOMAIN_SEPARATOR(),
                keccak256(
                    abi.encode(
                        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                        payer,
                        address(escrow),
                        50e18,
                        0,
                        deadline
                    )
                )
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(payerKey, digest);
        token.permit(payer, address(escrow), 50e18, deadline, v, r, s);
        vm.prank(payer);
        escrow.depositWithPermit(50e18, deadline, v, r, s);
        (uint128 balance,,) = escrow.accounts(payer);
        assertEq(balance, 550e18);
    }

    function test_withdraw_credits_once() public {
        Voucher memory voucher = voucherOf(payer, 0, 10e18);
        collectOne(voucher, sign(payerKey, voucher));
        assertEq(escrow.withdrawCredits(modelOwner), 2e18);
        assertEq(token.balanceOf(modelOwner), 2e18);
        assertEq(escrow.withdrawCredits(modelOwner), 0);
    }

    function test_constructor_refuses_short_thaw() public {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.ThawTooShort.selector, EPOCH + GRACE - 1, EPOCH + GRACE)
        );
        new InferenceEscrow(token, models, rewards, treasury, EPOCH, GRACE, EPOCH + GRACE - 1);
    }

    // ------------------------------------------------------------------------------------------ fuzz

    function testFuzz_split_conserves(uint128 amount, uint16 ownerBps) public pure {
        ownerBps = uint16(bound(ownerBps, 0, FeeSplit.OWNER_MAXIMUM_BPS));
        FeeSplit.Parts memory parts = FeeSplit.split(amount, ownerBps);
        assertEq(parts.protocol + parts.attestors + parts.owner + parts.collector + parts.contributors, amount);
        // Contributors never get less than their exact share.
        uint256 share = FeeSplit.BPS - FeeSplit.PROTOCOL_BPS - FeeSplit.ATTESTOR_BPS - FeeSplit.COLLECTOR_BPS - ownerBps;
        assertGe(parts.contributors * FeeSplit.BPS, uint256(amount) * share);
        assertLe(parts.contributors, uint256(amount) * share / FeeSplit.BPS + 4);
    }

    function testFuzz_collect_draws_exactly_what_is_owed(uint96 first, uint96 second, uint96 cap) public {
        first = uint96(bound(first, 1, 400e18));
        second = uint96(bound(second, uint256(first) + 1, 900e18));
        setSession(type(uint64).max, cap);
        Voucher memory voucher = voucherOf(payer, session, 0, first);
        uint256 drawn = collectOne(voucher, sign(sessionPrivate, voucher));
        voucher.cumulative = second;
        drawn += collectOne(voucher, sign(sessionPrivate, voucher));
        uint256 expected = second;
        if (expected > cap) expected = cap;
        if (expected > 500e18) expected = 500e18;
        assertEq(drawn, expected);
        (uint128 balance,,) = escrow.accounts(payer);
        assertEq(balance, 500e18 - expected);
        assertEq(token.balanceOf(address(escrow)), escrow.totalBalances() + escrow.totalCredits());
    }
}
