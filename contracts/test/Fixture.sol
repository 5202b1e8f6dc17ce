// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {DatanetRegistry} from "../src/DatanetRegistry.sol";
import {InferenceEscrow} from "../src/InferenceEscrow.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {OpenToken} from "../src/OpenToken.sol";
import {RewardsDistributor} from "../src/RewardsDistributor.sol";
import {DatanetId, ModelId} from "../src/types/Identifiers.sol";
import {Voucher} from "../src/types/Voucher.sol";

/// @notice The whole system with production-like durations, one active model, and helpers to sign and to build trees.
abstract contract Fixture is Test {
    uint64 internal constant EPOCH = 1 days;
    uint64 internal constant GRACE = 6 hours;
    uint64 internal constant THAW = 3 days;
    uint64 internal constant WINDOW = 1 days;
    uint64 internal constant EXIT_DELAY = 7 days;
    uint128 internal constant MINIMUM_BOND = 1_000e18;
    uint16 internal constant BOND_BPS = 5_000;
    uint16 internal constant OWNER_BPS = 2_000;
    bytes32 internal constant ROWS = keccak256("rows");

    address internal treasury = makeAddr("treasury");
    address internal arbiter = makeAddr("arbiter");
    address internal modelOwner = makeAddr("modelOwner");

    OpenToken internal token;
    DatanetRegistry internal datanets;
    ModelRegistry internal models;
    InferenceEscrow internal escrow;
    RewardsDistributor internal rewards;
    DatanetId internal datanetId;
    ModelId internal modelId;

    function deployAll() internal {
        vm.warp(1_800_000_000);
        token = new OpenToken(address(this));
        datanets = new DatanetRegistry(token, 30 days);
        models = new ModelRegistry(token, datanets, treasury, 0, 0, 1 days);
        rewards = new RewardsDistributor(token, arbiter, treasury, WINDOW, EXIT_DELAY, MINIMUM_BOND, BOND_BPS);
        escrow = new InferenceEscrow(token, models, rewards, treasury, EPOCH, GRACE, THAW);
        rewards.setEscrow(address(escrow));
        vm.startPrank(modelOwner);
        datanetId = datanets.createDatanet("net", "meta", address(0), 0);
        modelId = models.proposeModel("model", oneDatanet(datanetId), "base", "spec", OWNER_BPS, 1e18);
        vm.stopPrank();
    }

    function oneDatanet(DatanetId id) internal pure returns (DatanetId[] memory list) {
        list = new DatanetId[](1);
        list[0] = id;
    }

    function fundAndDeposit(address payer, uint128 amount) internal {
        token.transfer(payer, amount);
        vm.startPrank(payer);
        token.approve(address(escrow), amount);
        escrow.deposit(amount);
        vm.stopPrank();
    }

    /// @notice A voucher that the payer signs without a session key.
    function voucherOf(address payer, uint64 epoch, uint128 cumulative) internal view returns (Voucher memory) {
        return voucherOf(payer, payer, epoch, cumulative);
    }

    function voucherOf(address payer, address signer, uint64 epoch, uint128 cumulative)
        internal
        view
        returns (Voucher memory)
    {
        return Voucher(payer, signer, modelId, epoch, cumulative, 1, ROWS);
    }

    function sign(uint256 privateKey, Voucher memory voucher) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, escrow.hashVoucher(voucher));
        return abi.encodePacked(r, s, v);
    }

    /// @notice Collects one voucher as a batch of one.
    function collectOne(Voucher memory voucher, bytes memory signature) internal returns (uint256 total) {
        (Voucher[] memory vouchers, bytes[] memory signatures) = batchOf(voucher, signature);
        (total,) = escrow.collect(vouchers, signatures);
    }

    function batchOf(Voucher memory voucher, bytes memory signature)
        internal
        pure
        returns (Voucher[] memory vouchers, bytes[] memory signatures)
    {
        vouchers = new Voucher[](1);
        signatures = new bytes[](1);
        vouchers[0] = voucher;
        signatures[0] = signature;
    }

    function leafOf(address account, uint256 cumulative) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(account, cumulative))));
    }

    /// @notice Root of a tree of two leaves; each is the other's proof.
    function rootOf(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encodePacked(a, b)) : keccak256(abi.encodePacked(b, a));
    }

    function proofOf(bytes32 sibling) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = sibling;
    }
}
