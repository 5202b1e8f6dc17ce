// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AddressBook} from "../src/AddressBook.sol";
import {LocalFaucet} from "../src/LocalFaucet.sol";
import {ModelRegistry} from "../src/ModelRegistry.sol";
import {Multicall3} from "../src/Multicall3.sol";
import {IAddressBook} from "../src/interfaces/IAddressBook.sol";
import {IDatanetRegistry} from "../src/interfaces/IDatanetRegistry.sol";
import {IModelRegistry} from "../src/interfaces/IModelRegistry.sol";
import {DatanetId, ModelId, datanetIdOf, modelIdOf} from "../src/types/Identifiers.sol";
import {Fixture} from "./Fixture.sol";

contract DatanetRegistryTest is Fixture {
    address internal ada = makeAddr("ada");
    address internal curator = makeAddr("curator");

    function setUp() public {
        deployAll();
        token.transfer(ada, 100e18);
        vm.prank(ada);
        token.approve(address(datanets), type(uint256).max);
    }

    function test_identifier_belongs_to_its_creator() public {
        assertTrue(datanetId == datanetIdOf(modelOwner, "net"));
        DatanetId mine = datanets.createDatanet("net", "meta", address(0), 0);
        assertFalse(mine == datanetId);
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.DatanetExists.selector, mine));
        datanets.createDatanet("net", "meta", address(0), 0);
    }

    function test_open_datanet_accepts_at_once() public {
        vm.prank(ada);
        assertEq(datanets.contribute(datanetId, ROWS, "header", 50, 0), 0);
        IDatanetRegistry.Contribution memory entry = datanets.contribution(datanetId, 0);
        assertEq(entry.contributor, ada);
        assertEq(entry.rowCount, 50);
        assertEq(entry.rowsRoot, ROWS);
        assertEq(entry.submittedAt, block.timestamp);
        assertTrue(entry.status == IDatanetRegistry.Status.Accepted);
        assertEq(datanets.datanet(datanetId).contributions, 1);
    }

    function test_refusals() public {
        DatanetId none = DatanetId.wrap("none");
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.UnknownDatanet.selector, none));
        datanets.contribute(none, ROWS, "header", 1, 0);
        vm.expectRevert(IDatanetRegistry.NoRows.selector);
        datanets.contribute(datanetId, ROWS, "header", 0, 0);
        DatanetId staked = datanets.createDatanet("staked", "meta", curator, 10e18);
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.StakeTooLow.selector, 9e18, 10e18));
        datanets.contribute(staked, ROWS, "header", 1, 9e18);
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.NotCurator.selector, address(this)));
        datanets.decide(staked, 0, true);
        vm.prank(curator);
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.UnknownContribution.selector, staked, 0));
        datanets.decide(staked, 0, true);
    }

    function test_stake_comes_back_after_the_lock_or_a_rejection() public {
        DatanetId staked = datanets.createDatanet("staked", "meta", curator, 10e18);
        vm.startPrank(ada);
        datanets.contribute(staked, ROWS, "header", 1, 10e18);
        datanets.contribute(staked, ROWS, "header", 1, 20e18);
        uint64 unlocksAt = uint64(block.timestamp) + 30 days;
        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.StakeLocked.selector, unlocksAt));
        datanets.withdrawStake(staked, 0);
        vm.stopPrank();
        assertEq(datanets.totalStake(), 30e18);

        vm.startPrank(curator);
        datanets.decide(staked, 0, false);
        datanets.decide(staked, 1, true);
        vm.expectRevert(
            abi.encodeWithSelector(IDatanetRegistry.AlreadyDecided.selector, IDatanetRegistry.Status.Rejected)
        );
        datanets.decide(staked, 0, true);
        vm.stopPrank();

        vm.expectRevert(abi.encodeWithSelector(IDatanetRegistry.NotContributor.selector, address(this)));
        datanets.withdrawStake(staked, 0);
        vm.startPrank(ada);
        assertEq(datanets.withdrawStake(staked, 0), 10e18);
        vm.expectRevert(IDatanetRegistry.NoStake.selector);
        datanets.withdrawStake(staked, 0);
        vm.warp(unlocksAt);
        datanets.withdrawStake(staked, 1);
        vm.stopPrank();
        assertEq(datanets.totalStake(), 0);
        assertEq(token.balanceOf(address(datanets)), 0);
    }

    function testFuzz_registry_holds_exactly_its_stakes(uint96[5] memory stakes, uint8 withdrawn) public {
        uint256 sum;
        token.transfer(ada, 1e27 / 4);
        for (uint64 i; i < 5; ++i) {
            uint128 stake = uint128(bound(stakes[i], 1, 1e24));
            vm.prank(ada);
            datanets.contribute(datanetId, ROWS, "header", 1, stake);
            sum += stake;
        }
        vm.warp(block.timestamp + 30 days);
        for (uint64 i; i < withdrawn % 6 && i < 5; ++i) {
            vm.prank(ada);
            sum -= datanets.withdrawStake(datanetId, i);
        }
        assertEq(datanets.totalStake(), sum);
        assertEq(token.balanceOf(address(datanets)), sum);
    }
}

contract ModelRegistryTest is Fixture {
    ModelRegistry internal bonded;
    address internal objector = makeAddr("objector");
    uint128 internal constant BOND = 500e18;
    uint64 internal constant OBJECTION_WINDOW = 3 days;

    function setUp() public {
        deployAll();
        bonded = new ModelRegistry(token, datanets, treasury, OBJECTION_WINDOW, BOND, 1 days);
        token.approve(address(bonded), type(uint256).max);
        token.transfer(objector, BOND);
        vm.prank(objector);
        token.approve(address(bonded), BOND);
    }

    function propose() internal returns (ModelId id) {
        id = bonded.proposeModel("m", oneDatanet(datanetId), "base", "spec", 1_000, 5e18);
    }

    function test_local_profile_is_active_at_once() public view {
        assertTrue(models.model(modelId).status == IModelRegistry.Status.Active);
        (address owner, uint16 ownerBps) = models.payee(modelId);
        assertEq(owner, modelOwner);
        assertEq(ownerBps, OWNER_BPS);
        assertEq(DatanetId.unwrap(models.datanetsOf(modelId)[0]), DatanetId.unwrap(datanetId));
        assertTrue(modelId == modelIdOf(modelOwner, "model"));
    }

    function test_refusals() public {
        DatanetId[] memory list = oneDatanet(DatanetId.wrap("none"));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownDatanet.selector, list[0]));
        models.proposeModel("x", list, "base", "spec", 0, 0);
        vm.expectRevert(IModelRegistry.NoDatanets.selector);
        models.proposeModel("x", new DatanetId[](0), "base", "spec", 0, 0);
        list = oneDatanet(datanetId);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.OwnerShareTooHigh.selector, 5_001, 5_000));
        models.proposeModel("x", list, "base", "spec", 5_001, 0);
        ModelId mine = models.proposeModel("x", list, "base", "spec", 5_000, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelExists.selector, mine));
        models.proposeModel("x", list, "base", "spec", 5_000, 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotOwner.selector, address(this)));
        models.publishVersion(modelId, "a", "m", "t");
        ModelId none = ModelId.wrap("none");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.UnknownModel.selector, none));
        models.retire(none);
    }

    function test_versions() public {
        vm.startPrank(modelOwner);
        assertEq(models.publishVersion(modelId, "a1", "m1", "t1"), 1);
        assertEq(models.publishVersion(modelId, "a2", "m2", "t2"), 2);
        assertEq(models.versionOf(modelId, 2).adapterDigest, "a2");
        models.retire(modelId);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.WrongStatus.selector, IModelRegistry.Status.Retired));
        models.publishVersion(modelId, "a3", "m3", "t3");
        vm.stopPrank();
    }

    function test_price_rises_late_and_falls_at_once() public {
        vm.startPrank(modelOwner);
        models.setPrice(modelId, 3e18);
        assertEq(models.priceOf(modelId), 1e18);
        vm.warp(block.timestamp + 1 days - 1);
        assertEq(models.priceOf(modelId), 1e18);
        vm.warp(block.timestamp + 1);
        assertEq(models.priceOf(modelId), 3e18);
        models.setPrice(modelId, 2e18);
        assertEq(models.priceOf(modelId), 2e18);
        vm.stopPrank();
    }

    function test_undisputed_proposal_is_activated_and_the_bond_returned() public {
        uint256 before = token.balanceOf(address(this));
        ModelId id = propose();
        assertEq(token.balanceOf(address(this)), before - BOND);
        (address payee,) = bonded.payee(id);
        assertEq(payee, address(0));
        uint64 activeAt = uint64(block.timestamp) + OBJECTION_WINDOW;
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.WindowOpen.selector, activeAt));
        bonded.activate(id);
        vm.warp(activeAt);
        vm.prank(objector);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.WindowClosed.selector, activeAt));
        bonded.objectTo(id, "reason");
        bonded.activate(id);
        assertEq(token.balanceOf(address(this)), before);
        assertEq(bonded.totalBonds(), 0);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.WrongStatus.selector, IModelRegistry.Status.Active));
        bonded.activate(id);
    }

    function testFuzz_disputed_bonds_are_paid_out_entirely(bool accepted) public {
        ModelId id = propose();
        vm.prank(objector);
        bonded.objectTo(id, "reason");
        assertEq(bonded.totalBonds(), 2 * uint256(BOND));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotCourt.selector, address(this)));
        bonded.decide(id, accepted);
        uint256 mine = token.balanceOf(address(this));
        vm.prank(treasury);
        bonded.decide(id, accepted);
        uint256 prize = uint256(BOND) * 3 / 2;
        assertEq(token.balanceOf(address(this)) - mine, accepted ? prize : 0);
        assertEq(token.balanceOf(objector), accepted ? 0 : prize);
        assertEq(token.balanceOf(treasury), BOND / 2);
        assertEq(bonded.totalBonds(), 0);
        assertEq(token.balanceOf(address(bonded)), 0);
        assertTrue(
            bonded.model(id).status == (accepted ? IModelRegistry.Status.Active : IModelRegistry.Status.Rejected)
        );
    }
}

contract SmallContractsTest is Fixture {
    function setUp() public {
        deployAll();
    }

    function test_address_book() public {
        IAddressBook.Entry[] memory entries = new IAddressBook.Entry[](1);
        entries[0] = IAddressBook.Entry("escrow", address(escrow));
        AddressBook book = new AddressBook(treasury, entries);
        assertEq(book.latest("escrow"), address(escrow));
        vm.expectRevert(abi.encodeWithSelector(IAddressBook.NotAdmin.selector, address(this)));
        book.add("escrow", address(models));
        vm.startPrank(treasury);
        assertEq(book.add("escrow", address(models)), 2);
        vm.expectRevert(abi.encodeWithSelector(IAddressBook.NotContract.selector, treasury));
        book.add("escrow", treasury);
        vm.stopPrank();
        assertEq(book.latest("escrow"), address(models));
        assertEq(book.get("escrow", 1), address(escrow));
        vm.expectRevert(abi.encodeWithSelector(IAddressBook.UnknownEntry.selector, bytes32("none"), 0));
        book.latest("none");
    }

    function test_multicall() public {
        Multicall3 multicall = new Multicall3();
        Multicall3.Call3[] memory calls = new Multicall3.Call3[](2);
        calls[0] = Multicall3.Call3(address(token), false, abi.encodeCall(token.totalSupply, ()));
        calls[1] = Multicall3.Call3(address(escrow), true, abi.encodeCall(escrow.withdraw, ()));
        Multicall3.Result[] memory results = multicall.aggregate3(calls);
        assertTrue(results[0].success);
        assertEq(abi.decode(results[0].returnData, (uint256)), 1e27);
        assertFalse(results[1].success);
        calls[1].allowFailure = false;
        vm.expectPartialRevert(Multicall3.CallFailed.selector);
        multicall.aggregate3(calls);
        vm.deal(treasury, 7);
        assertEq(multicall.getEthBalance(treasury), 7);
    }

    function test_faucet() public {
        LocalFaucet faucet = new LocalFaucet(token);
        token.transfer(address(faucet), 1_000_000e18);
        faucet.drip(treasury);
        assertEq(token.balanceOf(treasury), 1_000e18);
        token.transfer(treasury, 99_000e18);
        vm.expectRevert(abi.encodeWithSelector(LocalFaucet.HoldsEnough.selector, treasury, 100_000e18));
        faucet.drip(treasury);
    }
}
