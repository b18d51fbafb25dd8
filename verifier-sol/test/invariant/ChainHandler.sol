// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {StateChain} from "../../src/StateChain.sol";
import {ZkRomRouter} from "../../src/ZkRomRouter.sol";
import {IZkRomVerifier} from "../../src/interfaces/IZkRomVerifier.sol";
import {Head, Rom} from "../../src/types/Head.sol";
import {Proof} from "../../src/types/Proof.sol";
import {PublicValues} from "../../src/types/PublicValues.sol";
import {Fixtures} from "../utils/Fixtures.sol";

/// @notice Does what anyone, and the owner, may do to a chain, and keeps its own account of where the chain must be.
/// @dev Calls are made so that they may fail: the handler itself never reverts.
contract ChainHandler is Fixtures {
    StateChain private immutable chain;
    ZkRomRouter private immutable router;
    address private immutable owner;

    string[] private names = [
        "step1",
        "step2",
        "step3",
        "fork1",
        "fork2",
        "newRomStep2",
        "newRomStep4",
        "otherNumber",
        "otherParent",
        "otherPreState",
        "emptyRange",
        "hugeNumber",
        "otherConfig",
        "otherChain"
    ];
    PublicValues[] private values;
    Proof[] private proofs;
    Rom[2] private roms;

    /// @dev The head as this account has it, and the ROM that the owner's timelocked calls led to.
    Head public head;
    Rom public rom;
    /// @dev When the ROM proposed last can be activated; zero if there is none.
    uint256 public readyAt;
    Rom private proposed;
    /// @dev Versions that were frozen.
    mapping(uint32 version => bool) public frozen;

    /// @dev What happened: the suite is only worth something if all of it does.
    uint256 public moved;
    uint256 public refused;
    uint256 public romChanges;
    /// @dev A tampered call, or a step from elsewhere, that was accepted.
    uint256 public wronglyAccepted;
    /// @dev A real proof of the right step that was refused although its version is active.
    uint256 public wronglyRefused;

    constructor(StateChain chain_, ZkRomRouter router_, address owner_, Rom memory second) {
        (chain, router, owner) = (chain_, router_, owner_);
        head = chain_.head();
        rom = chain_.rom();
        roms[0] = rom;
        roms[1] = second;
        for (uint256 i = 0; i < names.length; i++) {
            values.push(readValues(names[i]));
            proofs.push(readProof(names[i]));
        }
    }

    /// @notice Submits a real proof as it is, or in other bytes.
    function submit(uint256 which, bool otherBytes) external {
        which = bound(which, 0, values.length - 1);
        _submit(which, otherBytes);
    }

    /// @notice Submits a proof that starts at the head, if there is one: keeps runs from standing still.
    function submitNext(uint256 from) external {
        for (uint256 i = 0; i < values.length; i++) {
            uint256 which = (from % values.length + i) % values.length;
            if (_starts(values[which])) return _submit(which, false);
        }
    }

    /// @notice Submits a call with one word changed.
    function submitTampered(uint256 which, uint256 index, uint256 mask) external {
        which = bound(which, 0, values.length - 1);
        if (mask == 0) mask = 1;
        bytes memory call = abi.encodeCall(chain.advance, (values[which], proofs[which]));
        (bool success,) = address(chain).call(flipped(call, 4, bound(index, 0, 16), mask));
        if (success) wronglyAccepted++;
        else refused++;
    }

    /// @notice Submits the proof of one statement for another.
    function submitMismatched(uint256 which, uint256 other) external {
        which = bound(which, 0, values.length - 1);
        other = bound(other, 0, values.length - 1);
        if (which == other) return;
        try chain.advance(values[which], proofs[other]) {
            wronglyAccepted++;
        } catch {
            refused++;
        }
    }

    function proposeRom(bool second) external {
        Rom memory next = roms[second ? 1 : 0];
        vm.prank(owner);
        try chain.proposeRom(next) {
            if (frozen[next.version]) wronglyAccepted++;
            proposed = next;
            readyAt = block.timestamp + chain.delay();
        } catch {
            if (!frozen[next.version]) wronglyRefused++;
            refused++;
        }
    }

    function activateRom() external {
        vm.prank(owner);
        try chain.activateRom() {
            if (!_due()) wronglyAccepted++;
            rom = proposed;
            readyAt = 0;
            romChanges++;
        } catch {
            if (_due()) wronglyRefused++;
            refused++;
        }
    }

    function meddle(address caller, bool second) external {
        if (caller == owner) return;
        vm.prank(caller);
        try chain.proposeRom(roms[second ? 1 : 0]) {
            wronglyAccepted++;
        } catch {
            refused++;
        }
    }

    /// @notice Rarely, or every run would end at once.
    function freeze(uint256 dice, bool second) external {
        if (dice % 8 != 0) return;
        uint32 version = roms[second ? 1 : 0].version;
        vm.prank(owner);
        try router.freeze(version) {
            frozen[version] = true;
        } catch {
            refused++;
        }
    }

    /// @notice Every call that might bring a version back.
    function unfreeze(bool second) external {
        uint32 version = roms[second ? 1 : 0].version;
        IZkRomVerifier verifier = router.route(version).verifier;
        vm.startPrank(owner);
        try router.propose(version, verifier) {
            wronglyAccepted++;
        } catch {
            refused++;
        }
        try router.activate(version) {
            wronglyAccepted++;
        } catch {
            refused++;
        }
        try router.cancel(version) {
            wronglyAccepted++;
        } catch {
            refused++;
        }
        vm.stopPrank();
    }

    function wait(uint32 time) external {
        skip(bound(time, 1, 10 days));
    }

    function _submit(uint256 which, bool otherBytes) private {
        PublicValues memory v = values[which];
        Proof memory proof = otherBytes ? negated(proofs[which]) : proofs[which];
        bool starts = _starts(v);
        try chain.advance(v, proof) {
            if (!starts) wronglyAccepted++;
            head = Head({number: uint64(v.lastBlock), hash: v.lastBlockHash, stateRoot: v.postStateRoot});
            moved++;
        } catch {
            if (starts) wronglyRefused++;
            refused++;
        }
    }

    /// @dev Whether the proposed ROM has to be activated now.
    function _due() private view returns (bool) {
        return readyAt != 0 && block.timestamp >= readyAt && block.timestamp <= readyAt + 30 days
            && !frozen[proposed.version];
    }

    /// @dev Whether a real proof of these values has to be accepted now.
    function _starts(PublicValues memory v) private view returns (bool) {
        return !frozen[rom.version] && v.romDigest == rom.digest && v.configHash == rom.configHash
            && v.chainId == chain.chainId() && v.firstBlock == uint256(head.number) + 1
            && v.lastBlock >= v.firstBlock && v.lastBlock <= type(uint64).max && v.parentHash == head.hash
            && v.preStateRoot == head.stateRoot;
    }
}
