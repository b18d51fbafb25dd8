// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {StateChain} from "../src/StateChain.sol";
import {IStateChain} from "../src/interfaces/IStateChain.sol";
import {IZkRomRouter} from "../src/interfaces/IZkRomRouter.sol";
import {IZkRomVerifier} from "../src/interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "../src/libraries/ExactCalldata.sol";
import {Timelock} from "../src/libraries/Timelock.sol";
import {Head, Rom} from "../src/types/Head.sol";
import {Proof} from "../src/types/Proof.sol";
import {PublicValues} from "../src/types/PublicValues.sol";
import {Deployed} from "./utils/Deployed.sol";

/// @notice A chain that only its owner extends: the simplest rule a rollup could have.
contract SequencedChain is StateChain {
    error NotTheSequencer();

    constructor(address owner_, IZkRomRouter router_, uint64 delay_, Rom memory rom_, Head memory genesis_)
        StateChain(owner_, router_, delay_, rom_, genesis_)
    {}

    function _requireWanted(PublicValues calldata) internal view override {
        if (msg.sender != owner) revert NotTheSequencer();
    }
}

/// @notice How the head moves; StateChainRom.t.sol has the changes of ROM.
contract StateChainTest is Deployed {
    function test_startsAtGenesis() public view {
        _assertHead(genesis());
        PublicValues memory v = readValues("step1");
        assertEq(chain.chainId(), v.chainId);
        assertEq(chain.rom().version, VERSION);
        assertEq(chain.rom().digest, v.romDigest);
        assertEq(chain.rom().configHash, v.configHash);
        assertEq(address(chain.router()), address(router));
        assertEq(chain.delay(), DELAY);
        assertEq(chain.owner(), owner);
    }

    function test_announcesItsStart() public {
        Head memory start = genesis();
        Rom memory rom = chain.rom();
        vm.expectEmit();
        emit IStateChain.RomChanged(rom.version, rom.digest, rom.configHash);
        vm.expectEmit();
        emit IStateChain.Advanced(start.number, start.hash, start.stateRoot, start.number);
        new StateChain(owner, router, DELAY, rom, start);
    }

    function test_advancesAlongProofs() public {
        string[3] memory names = ["step1", "step2", "step3"];
        for (uint256 i = 0; i < names.length; i++) {
            PublicValues memory v = readValues(names[i]);
            Proof memory proof = readProof(names[i]);
            vm.expectEmit();
            emit IStateChain.Advanced(
                uint64(v.lastBlock), v.lastBlockHash, v.postStateRoot, uint64(v.firstBlock)
            );
            vm.prank(stranger);
            chain.advance(v, proof);
            _assertEnd(v);
        }
    }

    function test_refusesReplay() public {
        advance("step1");
        PublicValues memory v = readValues("step1");
        bytes memory refusal = abi.encodeWithSelector(IStateChain.WrongFirstBlock.selector, 102, 101);
        _expectRefusal(v, readProof("step1"), refusal);
        // The same statement in other bytes is no better and no worse.
        _expectRefusal(v, negated(readProof("step1")), refusal);
    }

    /// @dev Whoever re-randomises a proof in flight only advances the chain by the same statement.
    function test_otherBytesOfAProofServeAsWell() public {
        chain.advance(readValues("step1"), negated(readProof("step1")));
        _assertEnd(readValues("step1"));
    }

    function test_refusesTheOtherBranchOfAFork() public {
        advance("step1");
        advance("fork1");
        _expectRefusal("step2", abi.encodeWithSelector(IStateChain.WrongFirstBlock.selector, 104, 102));
        advance("fork2");
        _assertEnd(readValues("fork2"));
    }

    function test_refusesProofOfALaterBlock() public {
        _expectRefusal("step2", abi.encodeWithSelector(IStateChain.WrongFirstBlock.selector, 101, 102));
    }

    function test_refusesSkippedNumber() public {
        _expectRefusal("otherNumber", abi.encodeWithSelector(IStateChain.WrongFirstBlock.selector, 101, 102));
    }

    function test_refusesAnotherParent() public {
        _expectRefusal(
            "otherParent",
            abi.encodeWithSelector(
                IStateChain.WrongParent.selector, genesis().hash, readValues("otherParent").parentHash
            )
        );
    }

    function test_refusesAnotherStateRoot() public {
        _expectRefusal(
            "otherPreState",
            abi.encodeWithSelector(
                IStateChain.WrongPreState.selector,
                genesis().stateRoot,
                readValues("otherPreState").preStateRoot
            )
        );
    }

    function test_refusesEmptyRange() public {
        _expectRefusal("emptyRange", abi.encodeWithSelector(IStateChain.WrongLastBlock.selector, 101, 100));
    }

    /// @dev A number that would be cut to 64 bits.
    function test_refusesHugeNumber() public {
        _expectRefusal(
            "hugeNumber", abi.encodeWithSelector(IStateChain.WrongLastBlock.selector, 101, 1 << 64)
        );
    }

    function test_refusesAnotherConfig() public {
        _expectRefusal(
            "otherConfig",
            abi.encodeWithSelector(
                IStateChain.WrongConfig.selector, chain.rom().configHash, readValues("otherConfig").configHash
            )
        );
    }

    function test_refusesAnotherChain() public {
        _expectRefusal("otherChain", abi.encodeWithSelector(IStateChain.WrongChain.selector, 4242, 1));
    }

    function test_refusesAnotherRom() public {
        advance("step1");
        _expectRefusal(
            "newRomStep2",
            abi.encodeWithSelector(
                IStateChain.WrongRom.selector, chain.rom().digest, readValues("newRomStep2").romDigest
            )
        );
    }

    function test_refusesProofOfOtherValues() public {
        _expectRefusal(
            readValues("step1"),
            readProof("step2"),
            abi.encodeWithSelector(IZkRomVerifier.InvalidProof.selector)
        );
    }

    function test_stopsWhenItsVersionIsFrozen() public {
        vm.prank(owner);
        router.freeze(VERSION);
        _expectRefusal("step1", abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, VERSION));
    }

    function test_refusesExtraCalldata() public {
        bytes memory call = abi.encodeCall(chain.advance, (readValues("step1"), readProof("step1")));
        (bool success, bytes memory out) = address(chain).call(bytes.concat(call, hex"00"));
        assertFalse(success);
        assertEq(out, abi.encodeWithSelector(ExactCalldata.CalldataLength.selector, 548, 549));
        _assertHead(genesis());
    }

    /// @dev The bound itself is allowed; whether such a proof exists is not this contract's to ask.
    function test_lastNumberCanBeReached() public {
        PublicValues memory v = readValues("step1");
        v.lastBlock = type(uint64).max;
        vm.mockCall(address(router), abi.encodePacked(IZkRomRouter.verify.selector), "");
        chain.advance(v, readProof("step1"));
        assertEq(chain.head().number, type(uint64).max);
    }

    function test_lastNumberHasNoNext() public {
        Head memory last = Head({number: type(uint64).max, hash: 0, stateRoot: 0});
        StateChain full = new StateChain(owner, router, DELAY, chain.rom(), last);
        PublicValues memory v = readValues("step1");
        v.firstBlock = 1 << 64;
        v.lastBlock = 1 << 64;
        Proof memory proof = readProof("step1");
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongLastBlock.selector, 1 << 64, 1 << 64));
        full.advance(v, proof);
    }

    function test_constructorRefusals() public {
        Rom memory rom = chain.rom();
        Head memory start = genesis();
        vm.expectRevert(abi.encodeWithSelector(Timelock.DelayOutOfRange.selector, 1 days - 1));
        new StateChain(owner, router, 1 days - 1, rom, start);
        bytes32 real = rom.digest;
        rom.digest = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongRom.selector, rom.digest, real));
        new StateChain(owner, router, DELAY, rom, start);
        rom.digest = real;
        real = rom.configHash;
        rom.configHash = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IStateChain.WrongConfig.selector, rom.configHash, real));
        new StateChain(owner, router, DELAY, rom, start);
        rom.version = 9;
        vm.expectRevert(abi.encodeWithSelector(IZkRomRouter.VersionNotActive.selector, 9));
        new StateChain(owner, router, DELAY, rom, start);
    }

    /// @dev The hook comes after all checks of place and before the pairing is paid for.
    function test_aRollupsOwnRule() public {
        SequencedChain sequenced = new SequencedChain(owner, router, DELAY, chain.rom(), genesis());
        PublicValues memory v = readValues("step1");
        Proof memory proof = readProof("step1");
        vm.expectRevert(SequencedChain.NotTheSequencer.selector);
        vm.prank(stranger);
        sequenced.advance(v, proof);
        vm.prank(owner);
        sequenced.advance(v, proof);
        assertEq(sequenced.head().number, 101);
    }

    function testFuzz_refusesAnyChangedWord(uint256 index, uint256 mask) public {
        index = bound(index, 0, 16);
        vm.assume(mask != 0);
        bytes memory call = abi.encodeCall(chain.advance, (readValues("step1"), readProof("step1")));
        (bool success,) = address(chain).call(flipped(call, 4, index, mask));
        assertFalse(success);
        _assertHead(genesis());
    }

    function _expectRefusal(string memory name, bytes memory refusal) private {
        _expectRefusal(readValues(name), readProof(name), refusal);
    }

    function _expectRefusal(PublicValues memory v, Proof memory proof, bytes memory refusal) private {
        Head memory before = chain.head();
        vm.expectRevert(refusal);
        chain.advance(v, proof);
        _assertHead(before);
    }

    function _assertEnd(PublicValues memory v) private view {
        _assertHead(Head({number: uint64(v.lastBlock), hash: v.lastBlockHash, stateRoot: v.postStateRoot}));
    }

    function _assertHead(Head memory expected) private view {
        assertEq(abi.encode(chain.head()), abi.encode(expected));
    }
}
