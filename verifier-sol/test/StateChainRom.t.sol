// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ZkRomVerifier} from "../src/ZkRomVerifier.sol";
import {IStateChain} from "../src/interfaces/IStateChain.sol";
import {ITwoStepOwner} from "../src/interfaces/ITwoStepOwner.sol";
import {IZkRomRouter} from "../src/interfaces/IZkRomRouter.sol";
import {Timelock} from "../src/libraries/Timelock.sol";
import {Rom} from "../src/types/Head.sol";
import {Proof} from "../src/types/Proof.sol";
import {PublicValues} from "../src/types/PublicValues.sol";
import {Deployed} from "./utils/Deployed.sol";

/// @notice Changes of ROM: the timelock is the only way.
contract StateChainRomTest is Deployed {
    uint32 private constant NEXT = 2;

    Rom private next;

    function setUp() public override {
        super.setUp();
        ZkRomVerifier added = verifierFor(readValues("newRomStep2"));
        addVersion(NEXT, added);
        next = Rom({version: NEXT, digest: added.romDigest()});
        advance("step1");
    }

    function test_changeTakesTheDelay() public {
        uint64 readyAt = uint64(block.timestamp) + DELAY;
        vm.expectEmit();
        emit IStateChain.RomProposed(NEXT, next.digest, readyAt);
        vm.prank(owner);
        chain.proposeRom(next);
        _assertProposed(next, readyAt);
        assertEq(chain.rom().version, VERSION, "a proposal changes nothing yet");

        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, readyAt));
        vm.prank(owner);
        chain.activateRom();
        _assertProposed(next, readyAt);

        vm.warp(readyAt);
        vm.expectEmit();
        emit IStateChain.RomChanged(NEXT, next.digest);
        vm.prank(owner);
        chain.activateRom();
        assertEq(abi.encode(chain.rom()), abi.encode(next));
        _assertProposed(Rom({version: 0, digest: 0}), 0);
    }

    function test_newRomTakesOverWhereTheOldOneStopped() public {
        _change(next);
        PublicValues memory old = readValues("step2");
        Proof memory oldProof = readProof("step2");
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongRom.selector, next.digest, old.romDigest));
        chain.advance(old, oldProof);
        advance("newRomStep2");
        assertEq(chain.head().hash, old.lastBlockHash);
    }

    /// @dev A frozen version is left for another one by the same door.
    function test_chainGoesOnAfterAFreeze() public {
        advance("step2");
        advance("step3");
        vm.prank(owner);
        router.freeze(VERSION);
        _change(next);
        advance("newRomStep4");
        assertEq(chain.head().number, 107);
    }

    function test_cancelledChangeIsGone() public {
        vm.startPrank(owner);
        chain.proposeRom(next);
        vm.expectEmit();
        emit IStateChain.RomCancelled(NEXT, next.digest);
        chain.cancelRom();
        skip(DELAY);
        vm.expectRevert(IStateChain.NoRomProposed.selector);
        chain.activateRom();
        vm.expectRevert(IStateChain.NoRomProposed.selector);
        chain.cancelRom();
        vm.stopPrank();
    }

    function test_activatedOnce() public {
        _change(next);
        vm.expectRevert(IStateChain.NoRomProposed.selector);
        vm.prank(owner);
        chain.activateRom();
    }

    /// @dev Or a harmless proposal could be exchanged on its last day.
    function test_replacedProposalStartsAnew() public {
        vm.startPrank(owner);
        chain.proposeRom(chain.rom());
        skip(DELAY);
        chain.proposeRom(next);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, block.timestamp + DELAY));
        chain.activateRom();
        vm.stopPrank();
        _assertProposed(next, uint64(block.timestamp) + DELAY);
    }

    function test_refusesVersionThatIsNotActive() public {
        vm.prank(owner);
        router.freeze(NEXT);
        _proposeAndWait(next);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, NEXT));
        vm.prank(owner);
        chain.activateRom();
    }

    function test_refusesDigestThatTheVersionDoesNotPin() public {
        Rom memory wrong = Rom({version: NEXT, digest: bytes32(uint256(1))});
        _proposeAndWait(wrong);
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongRom.selector, wrong.digest, next.digest));
        vm.prank(owner);
        chain.activateRom();
        assertEq(chain.rom().version, VERSION);
    }

    function test_refusesVersionUnderAnotherConfig() public {
        ZkRomVerifier other = verifierFor(readValues("otherConfig"));
        addVersion(3, other);
        _proposeAndWait(Rom({version: 3, digest: other.romDigest()}));
        vm.expectRevert(
            abi.encodeWithSelector(IStateChain.WrongConfig.selector, chain.configHash(), other.configHash())
        );
        vm.prank(owner);
        chain.activateRom();
    }

    function test_refusesVersionOfAnotherChain() public {
        ZkRomVerifier other = verifierFor(readValues("otherChain"));
        addVersion(3, other);
        _proposeAndWait(Rom({version: 3, digest: other.romDigest()}));
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongChain.selector, 4242, 1));
        vm.prank(owner);
        chain.activateRom();
    }

    function testFuzz_onlyTheOwner(address caller) public {
        vm.assume(caller != owner);
        vm.prank(owner);
        chain.proposeRom(next);
        skip(DELAY);
        bytes memory unauthorized = abi.encodeWithSelector(ITwoStepOwner.Unauthorized.selector, caller);
        vm.startPrank(caller);
        vm.expectRevert(unauthorized);
        chain.proposeRom(next);
        vm.expectRevert(unauthorized);
        chain.cancelRom();
        vm.expectRevert(unauthorized);
        chain.activateRom();
        vm.stopPrank();
    }

    function _proposeAndWait(Rom memory rom) private {
        vm.prank(owner);
        chain.proposeRom(rom);
        skip(DELAY);
    }

    function _change(Rom memory rom) private {
        _proposeAndWait(rom);
        vm.prank(owner);
        chain.activateRom();
    }

    function _assertProposed(Rom memory expected, uint64 expectedAt) private view {
        (Rom memory rom, uint64 readyAt) = chain.proposedRom();
        assertEq(abi.encode(rom), abi.encode(expected));
        assertEq(readyAt, expectedAt);
    }
}
