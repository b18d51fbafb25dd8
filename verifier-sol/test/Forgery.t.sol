// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IGroth16Verifier} from "../src/interfaces/IGroth16Verifier.sol";
import {Proof} from "../src/types/Proof.sol";
import {G1, G2, VerifyingKey} from "../src/types/VerifyingKey.sol";
import {ToyGroth16Verifier} from "./generated/ToyGroth16Verifier.sol";
import {Fixtures} from "./utils/Fixtures.sol";

/// @notice Why KeyCheck.sol looks at gamma and delta: with gamma = ±delta, (alpha, beta, ∓L) is a proof of every
/// input, made from public data alone. The attack is carried out here, on keys that the contracts refuse to hold.
contract ForgeryTest is Fixtures {
    VerifyingKey private uncontributed;
    VerifyingKey private sound;
    IGroth16Verifier private verifier;

    function setUp() public {
        uncontributed = readKey("verification_key_uncontributed");
        sound = readKey("verification_key");
        verifier = new ToyGroth16Verifier();
    }

    /// @dev The equation written out below is the contract's: they agree on a real proof.
    function test_equationIsTheContracts() public view {
        (Proof memory proof, uint256 input) = (readProof("step1"), readInput("step1"));
        assertTrue(_holds(sound, proof, input));
        assertTrue(verifier.verifyProof(proof, input));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_keyWithoutContributionIsForgeable(uint256 input) public view {
        input = bound(input, 0, R - 1);
        VerifyingKey memory key = uncontributed;
        assertTrue(_holds(key, _forged(key, input, true), input));
        assertFalse(_holds(key, _forged(key, input, false), input), "the check below would accept anything");
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_gammaOppositeToDeltaIsForgeable(uint256 input) public view {
        input = bound(input, 0, R - 1);
        VerifyingKey memory key = sound;
        (key.gamma.x1, key.gamma.x0) = (key.delta.x1, key.delta.x0);
        (key.gamma.y1, key.gamma.y0) = (Q - key.delta.y1, Q - key.delta.y0);
        assertTrue(_holds(key, _forged(key, input, false), input));
    }

    /// forge-config: default.fuzz.runs = 16
    function testFuzz_soundKeyIsNot(uint256 input, bool negate) public view {
        input = bound(input, 0, R - 1);
        Proof memory forged = _forged(sound, input, negate);
        assertFalse(_holds(sound, forged, input));
        assertFalse(verifier.verifyProof(forged, input));
    }

    /// @dev (alpha, beta, ±L(input)).
    function _forged(VerifyingKey memory key, uint256 input, bool negate)
        private
        view
        returns (Proof memory)
    {
        G1 memory l = _combination(key, input);
        G2 memory b = key.beta;
        return Proof(key.alpha.x, key.alpha.y, b.x1, b.x0, b.y1, b.y0, l.x, negate ? Q - l.y : l.y);
    }

    /// @dev ic0 + input·ic1.
    function _combination(VerifyingKey memory key, uint256 input) private view returns (G1 memory) {
        (bool ok, bytes memory out) = address(0x07).staticcall(abi.encode(key.ic1, input));
        assertTrue(ok);
        (ok, out) = address(0x06).staticcall(bytes.concat(abi.encode(key.ic0), out));
        assertTrue(ok);
        return abi.decode(out, (G1));
    }

    /// @dev The pairing equation for an arbitrary key.
    function _holds(VerifyingKey memory key, Proof memory p, uint256 input) private view returns (bool) {
        bytes memory pairs = bytes.concat(
            abi.encode(p.aX, Q - p.aY, p.bX1, p.bX0, p.bY1, p.bY0),
            abi.encode(key.alpha, key.beta),
            abi.encode(_combination(key, input), key.gamma),
            abi.encode(p.cX, p.cY, key.delta)
        );
        (bool ok, bytes memory out) = address(0x08).staticcall(pairs);
        assertTrue(ok);
        return abi.decode(out, (uint256)) == 1;
    }
}
