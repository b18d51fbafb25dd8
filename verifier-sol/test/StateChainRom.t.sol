// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {StateChain} from "../src/StateChain.sol";
import {ZkRomVerifier} from "../src/ZkRomVerifier.sol";
import {IStateChain} from "../src/interfaces/IStateChain.sol";
import {ITwoStepOwner} from "../src/interfaces/ITwoStepOwner.sol";
import {IZkRomRouter} from "../src/interfaces/IZkRomRouter.sol";
import {IZkRomVerifier} from "../src/interfaces/IZkRomVerifier.sol";
import {Timelock} from "../src/libraries/Timelock.sol";
import {Rom} from "../src/types/Head.sol";
import {Proof} from "../src/types/Proof.sol";
import {PublicValues} from "../src/types/PublicValues.sol";
import {Deployed} from "./utils/Deployed.sol";

/// @notice Changes of ROM: the timelock is the only way.
contract StateChainRomTest is Deployed {
    uint32 private constant NEXT = 2;

    Rom private next;
    ZkRomVerifier private added;

    function setUp() public override {
        super.setUp();
        added = verifierFor(readValues("newRomStep2"));
        addVersion(NEXT, added);
        next = romOf(NEXT, added);
        advance("step1");
    }

    function test_changeTakesTheDelay() public {
        uint64 readyAt = uint64(block.timestamp) + DELAY;
        vm.expectEmit();
        emit IStateChain.RomProposed(NEXT, next.digest, next.configHash, added, readyAt);
        vm.prank(owner);
        chain.proposeRom(next);
        _assertProposed(next, added, readyAt);
        assertEq(chain.rom().version, VERSION, "a proposal changes nothing yet");

        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.StillLocked.selector, readyAt));
        vm.prank(owner);
        chain.activateRom();
        _assertProposed(next, added, readyAt);

        vm.warp(readyAt);
        vm.expectEmit();
        emit IStateChain.RomChanged(NEXT, next.digest, next.configHash);
        vm.prank(owner);
        chain.activateRom();
        assertEq(abi.encode(chain.rom()), abi.encode(next));
        _assertProposed(Rom({version: 0, digest: 0, configHash: 0}), ZkRomVerifier(address(0)), 0);
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
        _assertProposed(next, added, uint64(block.timestamp) + DELAY);
    }

    function test_lapsesUnlessActivated() public {
        _proposeAndWait(next);
        uint256 readyAt = block.timestamp;
        skip(30 days + 1);
        vm.expectRevert(abi.encodeWithSelector(Timelock.Lapsed.selector, readyAt + 30 days));
        vm.prank(owner);
        chain.activateRom();
        assertEq(chain.rom().version, VERSION);
        vm.warp(readyAt + 30 days);
        vm.prank(owner);
        chain.activateRom();
        assertEq(chain.rom().version, NEXT);
    }

    function test_refusesVersionFrozenMeanwhile() public {
        _proposeAndWait(next);
        vm.prank(owner);
        router.freeze(NEXT);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, NEXT));
        vm.prank(owner);
        chain.activateRom();
    }

    function test_refusesToAnnounceWhatNoVerifierPins() public {
        Rom memory wrong = next;
        vm.startPrank(owner);
        wrong.digest = bytes32(uint256(1));
        vm.expectRevert(
            abi.encodeWithSelector(IStateChain.WrongRom.selector, wrong.digest, added.romDigest())
        );
        chain.proposeRom(wrong);
        wrong.digest = added.romDigest();
        wrong.configHash = bytes32(uint256(1));
        vm.expectRevert(
            abi.encodeWithSelector(IStateChain.WrongConfig.selector, wrong.configHash, added.configHash())
        );
        chain.proposeRom(wrong);
        wrong.version = 9;
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, 9));
        chain.proposeRom(wrong);
        router.freeze(NEXT);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, NEXT));
        chain.proposeRom(next);
        vm.stopPrank();
    }

    /// @dev Both delays run at the same time.
    function test_canBeAnnouncedWithItsVersion() public {
        vm.startPrank(owner);
        router.propose(3, added);
        chain.proposeRom(romOf(3, added));
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, 3));
        chain.activateRom();
        router.activate(3);
        chain.activateRom();
        vm.stopPrank();
        assertEq(chain.rom().version, 3);
        advance("newRomStep2");
    }

    /// @dev What takes effect is what was announced: a version that is only proposed can get another verifier.
    function test_refusesAVerifierExchangedAfterTheAnnouncement() public {
        vm.startPrank(owner);
        router.propose(3, added);
        chain.proposeRom(romOf(3, added));
        router.cancel(3);
        ZkRomVerifier exchanged = verifierFor(readValues("newRomStep2"));
        router.propose(3, exchanged);
        skip(DELAY);
        router.activate(3);
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongVerifier.selector, added, exchanged));
        chain.activateRom();
        vm.stopPrank();
        assertEq(chain.rom().version, VERSION);
    }

    /// @dev A fork of the rollup is another config: only the timelock leads there.
    function test_configChangesWithTheRom() public {
        ZkRomVerifier other = verifierFor(readValues("otherConfig"));
        addVersion(3, other);
        StateChain young = new StateChain(owner, router, DELAY, chain.rom(), genesis());
        vm.startPrank(owner);
        young.proposeRom(romOf(3, other));
        skip(DELAY);
        young.activateRom();
        vm.stopPrank();
        young.advance(readValues("otherConfig"), readProof("otherConfig"));
        assertEq(young.head().number, 101);
    }

    function test_refusesVersionOfAnotherChain() public {
        ZkRomVerifier other = verifierFor(readValues("otherChain"));
        addVersion(3, other);
        Rom memory rom = romOf(3, other);
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongChain.selector, 4242, 1));
        vm.prank(owner);
        chain.proposeRom(rom);
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

    function _assertProposed(Rom memory expected, ZkRomVerifier pinned, uint64 expectedAt) private view {
        (Rom memory rom, IZkRomVerifier verifier, uint64 readyAt) = chain.proposedRom();
        assertEq(abi.encode(rom), abi.encode(expected));
        assertEq(address(verifier), address(pinned));
        assertEq(readyAt, expectedAt);
    }
}
