// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from templates/Groth16Verifier.sol.tpl and a verifying key: change those, not this file.
pragma solidity ^0.8.30;

import {IGroth16Verifier} from "{{ROOT}}/interfaces/IGroth16Verifier.sol";
import {KeyCheck} from "{{ROOT}}/libraries/KeyCheck.sol";
import {Proof} from "{{ROOT}}/types/Proof.sol";
import {G1, G2, VerifyingKey} from "{{ROOT}}/types/VerifyingKey.sol";

/// @title Groth16 verifier over BN254 with a constant key and one public input
/// @notice {{NOTICE}}
/// @dev Accepts when e(-A, B) · e(alpha, beta) · e(ic0 + input·ic1, gamma) · e(C, delta) = 1. The precompiles
/// check that points are on the curve and in the subgroup, and burn all gas they are given when they fail: they
/// are given a bound, and a failure is a refusal. The bounds leave room above the prices of EIP-1108.
contract {{CONTRACT}} is IGroth16Verifier {
    /// @dev Order of the base field.
    uint256 private constant Q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    /// @dev Order of the groups and of the scalar field.
    uint256 private constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    /// @dev Most gas for ecAdd (costs 150), ecMul (6,000) and a pairing check of four pairs (181,000).
    uint256 private constant ADD_GAS = 1_000;
    uint256 private constant MUL_GAS = 10_000;
    uint256 private constant PAIRING_GAS = 220_000;

    uint256 private constant ALPHA_X = {{ALPHA_X}};
    uint256 private constant ALPHA_Y = {{ALPHA_Y}};
    uint256 private constant BETA_X1 = {{BETA_X1}};
    uint256 private constant BETA_X0 = {{BETA_X0}};
    uint256 private constant BETA_Y1 = {{BETA_Y1}};
    uint256 private constant BETA_Y0 = {{BETA_Y0}};
    uint256 private constant GAMMA_X1 = {{GAMMA_X1}};
    uint256 private constant GAMMA_X0 = {{GAMMA_X0}};
    uint256 private constant GAMMA_Y1 = {{GAMMA_Y1}};
    uint256 private constant GAMMA_Y0 = {{GAMMA_Y0}};
    uint256 private constant DELTA_X1 = {{DELTA_X1}};
    uint256 private constant DELTA_X0 = {{DELTA_X0}};
    uint256 private constant DELTA_Y1 = {{DELTA_Y1}};
    uint256 private constant DELTA_Y0 = {{DELTA_Y0}};
    uint256 private constant IC0_X = {{IC0_X}};
    uint256 private constant IC0_Y = {{IC0_Y}};
    uint256 private constant IC1_X = {{IC1_X}};
    uint256 private constant IC1_Y = {{IC1_Y}};

    /// @dev Refuses to exist with a forgeable key.
    constructor() {
        KeyCheck.requireSound(verifyingKey());
    }

    /// @inheritdoc IGroth16Verifier
    function verifyProof(Proof calldata proof, uint256 input) external view override returns (bool ok) {
        assembly ("memory-safe") {
            // Whether the word at an offset of the proof is a canonical element of the base field.
            function canonical(at) -> yes {
                yes := lt(calldataload(at), Q)
            }

            // One encoding per call: selector, eight words of proof, one word of input.
            ok := eq(calldatasize(), 0x124)
            // A second representative of the input would be a second name of the same statement.
            ok := and(ok, lt(input, R))

            // A is negated below, so its y must be canonical for the precompile to see what was sent; the others
            // are checked here too because a refusal by the precompile costs all the gas it is given.
            ok := and(ok, and(canonical(proof), canonical(add(proof, 0x20))))
            ok := and(ok, and(canonical(add(proof, 0x40)), canonical(add(proof, 0x60))))
            ok := and(ok, and(canonical(add(proof, 0x80)), canonical(add(proof, 0xa0))))
            ok := and(ok, and(canonical(add(proof, 0xc0)), canonical(add(proof, 0xe0))))

            // The precompiles read (0, 0) as the point at infinity, which no prover sends.
            let b := or(calldataload(add(proof, 0x40)), calldataload(add(proof, 0x60)))
            b := or(b, or(calldataload(add(proof, 0x80)), calldataload(add(proof, 0xa0))))
            let a := or(calldataload(proof), calldataload(add(proof, 0x20)))
            let c := or(calldataload(add(proof, 0xc0)), calldataload(add(proof, 0xe0)))
            ok := and(ok, and(iszero(iszero(a)), and(iszero(iszero(b)), iszero(iszero(c)))))

            if ok {
                let p := mload(0x40)

                // Arguments are evaluated from the right: each call comes before the look at its return data.

                // L = ic0 + input·ic1, built where the third pair's G1 point belongs (p + 0x180).
                let l := add(p, 0x180)
                mstore(l, IC1_X)
                mstore(add(l, 0x20), IC1_Y)
                mstore(add(l, 0x40), input)
                ok := and(eq(returndatasize(), 0x40), staticcall(MUL_GAS, 0x07, l, 0x60, l, 0x40))
                mstore(add(l, 0x40), IC0_X)
                mstore(add(l, 0x60), IC0_Y)
                ok := and(ok, and(eq(returndatasize(), 0x40), staticcall(ADD_GAS, 0x06, l, 0x80, l, 0x40)))

                // (-A, B)
                mstore(p, calldataload(proof))
                mstore(add(p, 0x20), sub(Q, calldataload(add(proof, 0x20))))
                calldatacopy(add(p, 0x40), add(proof, 0x40), 0x80)
                // (alpha, beta)
                mstore(add(p, 0xc0), ALPHA_X)
                mstore(add(p, 0xe0), ALPHA_Y)
                mstore(add(p, 0x100), BETA_X1)
                mstore(add(p, 0x120), BETA_X0)
                mstore(add(p, 0x140), BETA_Y1)
                mstore(add(p, 0x160), BETA_Y0)
                // (L, gamma)
                mstore(add(p, 0x1c0), GAMMA_X1)
                mstore(add(p, 0x1e0), GAMMA_X0)
                mstore(add(p, 0x200), GAMMA_Y1)
                mstore(add(p, 0x220), GAMMA_Y0)
                // (C, delta)
                calldatacopy(add(p, 0x240), add(proof, 0xc0), 0x40)
                mstore(add(p, 0x280), DELTA_X1)
                mstore(add(p, 0x2a0), DELTA_X0)
                mstore(add(p, 0x2c0), DELTA_Y1)
                mstore(add(p, 0x2e0), DELTA_Y0)

                // The answer goes to scratch space, cleared first: a failed call writes nothing.
                mstore(0x00, 0)
                ok := and(ok, staticcall(PAIRING_GAS, 0x08, p, 0x300, 0x00, 0x20))
                ok := and(ok, and(eq(returndatasize(), 0x20), eq(mload(0x00), 1)))
            }
        }
    }

    /// @inheritdoc IGroth16Verifier
    function verifyingKey() public pure override returns (VerifyingKey memory key) {
        key.alpha = G1({x: ALPHA_X, y: ALPHA_Y});
        key.beta = G2({x1: BETA_X1, x0: BETA_X0, y1: BETA_Y1, y0: BETA_Y0});
        key.gamma = G2({x1: GAMMA_X1, x0: GAMMA_X0, y1: GAMMA_Y1, y0: GAMMA_Y0});
        key.delta = G2({x1: DELTA_X1, x0: DELTA_X0, y1: DELTA_Y1, y0: DELTA_Y0});
        key.ic0 = G1({x: IC0_X, y: IC0_Y});
        key.ic1 = G1({x: IC1_X, y: IC1_Y});
    }
}
