// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ZkRomRouter} from "../src/ZkRomRouter.sol";
import {ZkRomVerifier} from "../src/ZkRomVerifier.sol";
import {ITwoStepOwner} from "../src/interfaces/ITwoStepOwner.sol";
import {IZkRomRouter} from "../src/interfaces/IZkRomRouter.sol";
import {IZkRomVerifier} from "../src/interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "../src/libraries/ExactCalldata.sol";
import {Timelock} from "../src/libraries/Timelock.sol";
import {Proof} from "../src/types/Proof.sol";
import {PublicValues} from "../src/types/PublicValues.sol";
import {Route, RouteStatus} from "../src/types/Route.sol";
import {Deployed} from "./utils/Deployed.sol";

contract ZkRomRouterTest is Deployed {
    uint32 private constant NEXT = 2;

    ZkRomVerifier private added;
    PublicValues private values;
    Proof private proof;

    function setUp() public override {
        super.setUp();
        values = readValues("newRomStep2");
        proof = readProof("newRomStep2");
        added = verifierFor(values);
    }

    function test_routesToTheFirstVersion() public view {
        router.verify(VERSION, readValues("step1"), readProof("step1"));
        assertEq(address(router.verifierOf(VERSION)), address(verifier));
        assertEq(router.delay(), DELAY);
        assertEq(router.owner(), owner);
    }

    function test_announcesTheFirstVersion() public {
        vm.expectEmit();
        emit IZkRomRouter.VersionActivated(7, added);
        new ZkRomRouter(owner, DELAY, 7, added);
    }

    function test_passesOnTheVerifiersRefusal() public {
        PublicValues memory other = readValues("step1");
        vm.expectRevert(IZkRomVerifier.InvalidProof.selector);
        router.verify(VERSION, other, proof);
    }

    /// @dev Each version has its own ROM; a proof of one is not taken by the other.
    function test_versionsDoNotMix() public {
        addVersion(NEXT, added);
        router.verify(NEXT, values, proof);
        vm.expectRevert(
            abi.encodeWithSelector(
                IZkRomVerifier.RomDigestMismatch.selector, verifier.romDigest(), values.romDigest
            )
        );
        router.verify(VERSION, values, proof);
    }

    function test_additionTakesTheDelay() public {
        uint64 readyAt = uint64(block.timestamp) + DELAY;
        vm.expectEmit();
        emit IZkRomRouter.VersionProposed(NEXT, added, readyAt);
        vm.prank(owner);
        router.propose(NEXT, added);
        _assertRoute(NEXT, added, readyAt, RouteStatus.Proposed);
        _expectNotActive(NEXT);

        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, readyAt));
        vm.prank(owner);
        router.activate(NEXT);
        _expectNotActive(NEXT);

        vm.warp(readyAt);
        vm.expectEmit();
        emit IZkRomRouter.VersionActivated(NEXT, added);
        vm.prank(owner);
        router.activate(NEXT);
        _assertRoute(NEXT, added, readyAt, RouteStatus.Active);
        router.verify(NEXT, values, proof);
    }

    function test_proposalLapses() public {
        vm.startPrank(owner);
        router.propose(NEXT, added);
        skip(DELAY + 30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.Lapsed.selector, block.timestamp - 1));
        router.activate(NEXT);
        // The number is not lost.
        router.cancel(NEXT);
        router.propose(NEXT, added);
        vm.stopPrank();
    }

    function test_freezeIsForEver() public {
        vm.expectEmit();
        emit IZkRomRouter.VersionFrozen(VERSION);
        vm.prank(owner);
        router.freeze(VERSION);
        assertEq(uint8(router.route(VERSION).status), uint8(RouteStatus.Frozen));
        _expectNotActive(VERSION);

        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionTaken.selector, VERSION));
        router.propose(VERSION, added);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotProposed.selector, VERSION));
        router.cancel(VERSION);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotProposed.selector, VERSION));
        router.activate(VERSION);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, VERSION));
        router.freeze(VERSION);
        vm.stopPrank();
    }

    function test_verifierOfAVersionIsNeverReplaced() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionTaken.selector, VERSION));
        router.propose(VERSION, added);
        router.propose(NEXT, added);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionTaken.selector, NEXT));
        router.propose(NEXT, verifier);
        vm.stopPrank();
    }

    function test_cancelledProposalStartsAnew() public {
        vm.startPrank(owner);
        router.propose(NEXT, added);
        vm.expectEmit();
        emit IZkRomRouter.VersionCancelled(NEXT);
        router.cancel(NEXT);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotProposed.selector, NEXT));
        router.activate(NEXT);

        router.propose(NEXT, verifier);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, block.timestamp + DELAY));
        router.activate(NEXT);
        vm.stopPrank();
        _assertRoute(NEXT, verifier, uint64(block.timestamp) + DELAY, RouteStatus.Proposed);
    }

    function test_proposalCannotBeFrozen() public {
        vm.startPrank(owner);
        router.propose(NEXT, added);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, NEXT));
        router.freeze(NEXT);
        vm.stopPrank();
    }

    function test_refusesVerifierWithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.NoCode.selector, stranger));
        vm.prank(owner);
        router.propose(NEXT, IZkRomVerifier(stranger));
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.NoCode.selector, stranger));
        new ZkRomRouter(owner, DELAY, VERSION, IZkRomVerifier(stranger));
    }

    function test_refusesDelayOutOfRange() public {
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayOutOfRange.selector, 0));
        new ZkRomRouter(owner, 0, VERSION, verifier);
    }

    function test_refusesExtraCalldata() public view {
        bytes memory call = abi.encodeCall(router.verify, (VERSION, readValues("step1"), readProof("step1")));
        (bool success,) = address(router).staticcall(call);
        assertTrue(success);
        bytes memory out;
        (success, out) = address(router).staticcall(bytes.concat(call, hex"00"));
        assertFalse(success);
        assertEq(out, abi.encodeWithSelector(ExactCalldata.CalldataLength.selector, 580, 581));
    }

    function testFuzz_unknownVersionsAreRefused(uint32 version) public {
        vm.assume(version != VERSION);
        _expectNotActive(version);
        _assertRoute(version, ZkRomVerifier(address(0)), 0, RouteStatus.None);
    }

    function testFuzz_onlyTheOwner(address caller) public {
        vm.assume(caller != owner);
        bytes memory unauthorized = abi.encodeWithSelector(ITwoStepOwner.Unauthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(unauthorized);
        router.propose(NEXT, added);
        vm.expectRevert(unauthorized);
        router.cancel(NEXT);
        vm.expectRevert(unauthorized);
        router.activate(NEXT);
        vm.expectRevert(unauthorized);
        router.freeze(VERSION);
        vm.stopPrank();
    }

    function _expectNotActive(uint32 version) private {
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, version));
        router.verify(version, values, proof);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, version));
        router.verifierOf(version);
    }

    function _assertRoute(uint32 version, ZkRomVerifier expected, uint64 readyAt, RouteStatus status)
        private
        view
    {
        Route memory route = router.route(version);
        assertEq(address(route.verifier), address(expected));
        assertEq(route.readyAt, readyAt);
        assertEq(uint8(route.status), uint8(status));
    }
}
