// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IGroth16Verifier} from "../src/interfaces/IGroth16Verifier.sol";
import {Proof} from "../src/types/Proof.sol";
import {VerifyingKey} from "../src/types/VerifyingKey.sol";
import {ToyGroth16Verifier} from "./generated/ToyGroth16Verifier.sol";
import {Fixtures} from "./utils/Fixtures.sol";

/// @notice The generated verifier, with the toy circuit's real key and snarkjs's real proofs.
contract Groth16VerifierTest is Fixtures {
    /// @dev Enough for a refusal before any precompile runs (without the optimizer too), far too little for a pairing.
    uint256 private constant CHEAP = 20_000;

    /// @dev A point of the twist y^2 = x^3 + 3 / (9 + u) with x = 1, outside the subgroup of order r.
    uint256 private constant TWIST_Y1 = 0x0d1271953ed9ea0836846e70a1934187998c7f790cb4d7511b7f8da82de048a4;
    uint256 private constant TWIST_Y0 = 0x2869111d5381f072f8e2728fdb825a51aadd70e52c9830e9ab4b871c0531f1bb;
    /// @dev 3 / (9 + u).
    uint256 private constant TWIST_B1 = 0x009713b03af0fed4cd2cafadeed8fdf4a74fa084e52d1852e4a2bd0685c315d2;
    uint256 private constant TWIST_B0 = 0x2b149d40ceb8aaae81be18991be06ac3b5b4c5e559dbefa33267e6dc24a138e5;

    IGroth16Verifier private verifier;
    Proof private proof;
    uint256 private input;

    function setUp() public {
        verifier = new ToyGroth16Verifier();
        proof = readProof("step1");
        input = readInput("step1");
    }

    function test_acceptsRealProofs() public view {
        string[4] memory names = ["step1", "step2", "step3", "otherChain"];
        for (uint256 i = 0; i < names.length; i++) {
            assertTrue(verifier.verifyProof(readProof(names[i]), readInput(names[i])), names[i]);
        }
    }

    function test_keyIsTheFixtures() public view {
        assertEq(abi.encode(verifier.verifyingKey()), abi.encode(readKey("verification_key")));
    }

    /// @dev The same bytecode with delta's words exchanged for gamma's: what `zkrom export-verifier` would write for
    /// a set-up without contributions, if it wrote it.
    function test_cannotBeCreatedWithAForgeableKey() public {
        VerifyingKey memory key = verifier.verifyingKey();
        bytes memory code = type(ToyGroth16Verifier).creationCode;
        assertTrue(_create(code) != address(0), "the code is good before the exchange");
        _exchange(code, key.delta.x1, key.gamma.x1);
        _exchange(code, key.delta.x0, key.gamma.x0);
        _exchange(code, key.delta.y1, key.gamma.y1);
        _exchange(code, key.delta.y0, key.gamma.y0);
        assertEq(_create(code), address(0));
    }

    /// @dev Why the bytes of a proof must not be a nullifier.
    function test_acceptsOtherBytesForTheSameStatement() public view {
        assertTrue(verifier.verifyProof(negated(proof), input));
    }

    function test_refusesProofOfAnotherStatement() public view {
        assertFalse(verifier.verifyProof(readProof("step2"), input));
    }

    /// @dev Without the check these would be accepted: ecMul reduces its scalar.
    function test_refusesOtherRepresentativesOfTheInput() public view {
        uint256 tried;
        for (uint256 other = input; other <= type(uint256).max - R; tried++) {
            other += R;
            (bool ok,) = _cheap(proof, other);
            assertFalse(ok);
        }
        assertGe(tried, 4);
    }

    /// @dev The precompiles would refuse these too, for all the gas they are given.
    function test_refusesCoordinatesOutOfRange() public view {
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        bytes memory words = abi.encode(proof);
        for (uint256 i = 0; i < 8; i++) {
            uint256 word = uint256(_word(words, i));
            (bool ok,) = _cheapRaw(replaced(bytes.concat(call), 4, i, word + Q));
            assertFalse(ok);
            (ok,) = _cheapRaw(replaced(bytes.concat(call), 4, i, Q));
            assertFalse(ok);
            (ok,) = _cheapRaw(replaced(bytes.concat(call), 4, i, type(uint256).max));
            assertFalse(ok);
        }
    }

    function test_refusesInfinity() public view {
        Proof memory p = copy(proof);
        (p.aX, p.aY) = (0, 0);
        _assertRefusedCheaply(p);
        (p.aX, p.aY) = (0, Q);
        _assertRefusedCheaply(p);
        p = copy(proof);
        (p.bX1, p.bX0, p.bY1, p.bY0) = (0, 0, 0, 0);
        _assertRefusedCheaply(p);
        p = copy(proof);
        (p.cX, p.cY) = (0, 0);
        _assertRefusedCheaply(p);
        _assertRefusedCheaply(Proof(0, 0, 0, 0, 0, 0, 0, 0));
    }

    /// @dev The check is for (0, 0), not for a zero coordinate: x = 0 has no point on G1 but y = 0 in one
    /// component of a G2 point might be anything. These reach the precompile, which refuses them.
    function test_refusesPointsOffTheCurve() public view {
        Proof memory p = copy(proof);
        p.aX = 0;
        _assertRefusedWithinBound(p);
        p = copy(proof);
        p.aY = 0;
        _assertRefusedWithinBound(p);
        p = copy(proof);
        (p.cX, p.cY) = (1, 1);
        _assertRefusedWithinBound(p);
        p = copy(proof);
        p.bY0 = addmod(p.bY0, 1, Q);
        _assertRefusedWithinBound(p);
    }

    function test_refusesPointOfTheTwistOutsideTheSubgroup() public view {
        // y^2 = 1 + b, or the test would only show what the one above does.
        uint256 square0 = addmod(mulmod(TWIST_Y0, TWIST_Y0, Q), Q - mulmod(TWIST_Y1, TWIST_Y1, Q), Q);
        assertEq(square0, 1 + TWIST_B0);
        assertEq(mulmod(2, mulmod(TWIST_Y0, TWIST_Y1, Q), Q), TWIST_B1);

        Proof memory p = copy(proof);
        (p.bX1, p.bX0, p.bY1, p.bY0) = (0, 1, TWIST_Y1, TWIST_Y0);
        _assertRefusedWithinBound(p);
    }

    function test_refusesExchangedPoints() public view {
        Proof memory p = copy(proof);
        (p.aX, p.aY, p.cX, p.cY) = (proof.cX, proof.cY, proof.aX, proof.aY);
        assertFalse(verifier.verifyProof(p, input));
        p = copy(proof);
        (p.bX1, p.bX0, p.bY1, p.bY0) = (proof.bX0, proof.bX1, proof.bY0, proof.bY1);
        _assertRefusedWithinBound(p);
    }

    function test_refusesExtraCalldata() public view {
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        (bool ok,) = _cheapRaw(bytes.concat(call, hex"00"));
        assertFalse(ok);
        (ok,) = _cheapRaw(bytes.concat(call, bytes32(0)));
        assertFalse(ok);
    }

    function test_refusesEveryTruncation() public view {
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        for (uint256 length = 0; length < call.length; length += 4) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; i++) {
                cut[i] = call[i];
            }
            (bool success,) = address(verifier).staticcall(cut);
            assertFalse(success);
        }
    }

    /// @dev On a chain with other prices, or without the precompiles. A failed ecMul leaves ic1 where input·ic1
    /// belongs: whoever went on would check a proof of the input 1. The pairing is made to say yes here, so that
    /// only the looks at the other answers can refuse.
    function test_refusesWhenAPrecompileFails() public {
        bytes memory none;
        address[2] memory precompiles = [address(0x07), address(0x06)];
        for (uint256 i = 0; i < precompiles.length; i++) {
            _pairingSays(abi.encode(1));
            assertTrue(verifier.verifyProof(proof, input + 1), "the mock has no effect");
            vm.mockCallRevert(precompiles[i], none, abi.encode(1, 2));
            assertFalse(verifier.verifyProof(proof, input + 1), "a failed call");
            vm.mockCall(precompiles[i], none, none);
            assertFalse(verifier.verifyProof(proof, input + 1), "a call that returns nothing");
            vm.mockCall(precompiles[i], none, abi.encode(1, 2, 3));
            assertFalse(verifier.verifyProof(proof, input + 1), "a call that returns too much");
            vm.clearMockedCalls();
        }
    }

    function test_takesOnlyAYesFromThePairing() public {
        bytes memory none;
        _pairingSays(abi.encode(0));
        assertFalse(verifier.verifyProof(proof, input), "no");
        _pairingSays(abi.encode(2));
        assertFalse(verifier.verifyProof(proof, input), "another number");
        _pairingSays(abi.encode(1, 0));
        assertFalse(verifier.verifyProof(proof, input), "two words");
        _pairingSays(none);
        assertFalse(verifier.verifyProof(proof, input), "nothing");
        _pairingSays(hex"01");
        assertFalse(verifier.verifyProof(proof, input), "a byte");
        vm.mockCallRevert(address(0x08), none, abi.encode(1));
        assertFalse(verifier.verifyProof(proof, input), "a failure that says yes");
        vm.clearMockedCalls();
        assertTrue(verifier.verifyProof(proof, input));
    }

    /// @dev A caller who gives too little gas gets a refusal or an out-of-gas, never an acceptance.
    function testFuzz_littleGasNeverAccepts(uint256 gasLimit) public view {
        gasLimit = bound(gasLimit, 0, 190_000);
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        (bool success, bytes memory out) = address(verifier).staticcall{gas: gasLimit}(call);
        assertFalse(success && abi.decode(out, (bool)));
    }

    function testFuzz_refusesChangedProofWord(uint256 index, uint256 mask) public view {
        index = bound(index, 0, 7);
        vm.assume(mask != 0);
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        assertFalse(_raw(flipped(call, 4, index, mask)));
    }

    function testFuzz_refusesOneChangedBit(uint256 bit) public view {
        bit = bound(bit, 0, 9 * 256 - 1);
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        assertFalse(_raw(flipped(call, 4, bit / 256, 1 << (bit % 256))));
    }

    function testFuzz_refusesCanonicalWordInItsPlace(uint256 index, uint256 word) public view {
        index = bound(index, 0, 7);
        word = bound(word, 0, Q - 1);
        vm.assume(bytes32(word) != _word(abi.encode(proof), index));
        bytes memory call = abi.encodeCall(verifier.verifyProof, (proof, input));
        assertFalse(_raw(replaced(call, 4, index, word)));
    }

    function testFuzz_refusesOtherInput(uint256 other) public view {
        vm.assume(other != input);
        assertFalse(verifier.verifyProof(proof, other));
    }

    /// @dev Other points of the curve in A's or C's place: on the curve, and still no proof.
    function testFuzz_refusesOtherPointsOfTheCurve(uint256 scalar, bool inA) public view {
        scalar = bound(scalar, 1, R - 1);
        (bool ok, bytes memory out) = address(0x07).staticcall(abi.encode(uint256(1), uint256(2), scalar));
        assertTrue(ok);
        (uint256 x, uint256 y) = abi.decode(out, (uint256, uint256));
        Proof memory p = copy(proof);
        if (inA) (p.aX, p.aY) = (x, y);
        else (p.cX, p.cY) = (x, y);
        assertFalse(verifier.verifyProof(p, input));
    }

    function _create(bytes memory code) private returns (address at) {
        assembly ("memory-safe") {
            at := create(0, add(code, 0x20), mload(code))
        }
    }

    /// @dev Replaces a constant wherever the code pushes it.
    function _exchange(bytes memory code, uint256 from, uint256 to) private pure {
        uint256 found;
        for (uint256 i = 0; i + 32 <= code.length; i++) {
            assembly ("memory-safe") {
                let at := add(add(code, 0x20), i)
                if eq(mload(at), from) {
                    mstore(at, to)
                    found := add(found, 1)
                }
            }
        }
        assertGe(found, 1, "the constant is not in the code");
    }

    function _pairingSays(bytes memory answer) private {
        bytes memory none;
        vm.mockCall(address(0x08), none, answer);
    }

    function _raw(bytes memory call) private view returns (bool) {
        (bool success, bytes memory out) = address(verifier).staticcall(call);
        assertTrue(success, "a refusal is an answer, not a revert");
        return abi.decode(out, (bool));
    }

    function _cheapRaw(bytes memory call) private view returns (bool ok, uint256 used) {
        used = gasleft();
        ok = _raw(call);
        used -= gasleft();
        assertLt(used, CHEAP, "refused before the precompiles run");
    }

    function _cheap(Proof memory p, uint256 x) private view returns (bool, uint256) {
        return _cheapRaw(abi.encodeCall(verifier.verifyProof, (p, x)));
    }

    function _assertRefusedCheaply(Proof memory p) private view {
        (bool ok,) = _cheap(p, input);
        assertFalse(ok);
    }

    /// @dev A failing pairing burns what it was given, and no more.
    function _assertRefusedWithinBound(Proof memory p) private view {
        uint256 used = gasleft();
        assertFalse(verifier.verifyProof(p, input));
        assertLt(used - gasleft(), 245_000);
    }

    function _word(bytes memory data, uint256 index) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), mul(index, 0x20)))
        }
    }
}
