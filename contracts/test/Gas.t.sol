// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Voucher} from "../src/types/Voucher.sol";
import {Fixture} from "./Fixture.sol";

/// @notice What each action costs; written to `snapshots/Gas.json`, which is in git, so that a change shows in its diff. Each call is a transaction of its own, with its 21,000 gas and cold storage.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    uint256 internal payerKey = 0xA11CE;
    address internal payer;
    address internal ada = makeAddr("ada");

    function setUp() public {
        deployAll();
        payer = vm.addr(payerKey);
        fundAndDeposit(payer, 500e18);
    }

    function snapshot(string memory name) internal {
        vm.snapshotGasLastCall("Gas", name);
    }

    function test_gas_account() public {
        token.transfer(payer, 20e18);
        vm.startPrank(payer);
        token.approve(address(escrow), 20e18);
        escrow.deposit(10e18);
        snapshot("deposit");
        escrow.setSessionKey(ada, type(uint64).max, 100e18);
        snapshot("setSessionKey");
        escrow.thaw(10e18);
        snapshot("thaw");
        vm.warp(block.timestamp + THAW);
        escrow.withdraw();
        snapshot("withdraw");
        vm.stopPrank();
    }

    function test_gas_collect_one() public {
        Voucher memory voucher = voucherOf(payer, 0, 10e18);
        collectOne(voucher, sign(payerKey, voucher));
        snapshot("collect 1, first ever");
        voucher.cumulative = 20e18;
        collectOne(voucher, sign(payerKey, voucher));
        snapshot("collect 1, same channel");
    }

    function test_gas_collect_50() public {
        Voucher[] memory vouchers = new Voucher[](50);
        bytes[] memory signatures = new bytes[](50);
        for (uint256 i; i < 50; ++i) {
            address each = vm.addr(1_000 + i);
            fundAndDeposit(each, 20e18);
            vouchers[i] = voucherOf(each, 0, 10e18);
            signatures[i] = sign(1_000 + i, vouchers[i]);
        }
        escrow.collect(vouchers, signatures);
        snapshot("collect 50 payers");
    }

    function test_gas_epoch() public {
        Voucher memory voucher = voucherOf(payer, 0, 10e18);
        collectOne(voucher, sign(payerKey, voucher));
        token.approve(address(rewards), type(uint256).max);
        rewards.bond(MINIMUM_BOND);
        snapshot("bond");
        uint128 total = uint128(rewards.pool(0));
        bytes32 sibling = leafOf(payer, total - 1);
        bytes32 root = rootOf(leafOf(ada, 1), sibling);
        vm.warp(escrow.closesAt(0));
        rewards.propose(0, root, total, "ledger");
        snapshot("propose");
        vm.warp(block.timestamp + WINDOW);
        rewards.finalize();
        snapshot("finalize");
        vm.prank(ada);
        rewards.claim(ada, 1, proofOf(sibling), ada);
        snapshot("claim, one proof step");
    }

    function test_gas_registries() public {
        datanets.createDatanet("gas", "meta", address(0), 0);
        snapshot("createDatanet");
        datanets.contribute(datanetId, ROWS, "header", 50, 0);
        snapshot("contribute");
        models.proposeModel("gas", oneDatanet(datanetId), "base", "spec", 1_000, 1e18);
        snapshot("proposeModel");
        vm.prank(modelOwner);
        models.publishVersion(modelId, "a", "m", "t");
        snapshot("publishVersion");
    }
}
