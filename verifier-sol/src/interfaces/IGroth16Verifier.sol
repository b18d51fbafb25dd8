// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Proof} from "../types/Proof.sol";
import {VerifyingKey} from "../types/VerifyingKey.sol";

/// @title A Groth16 verifier over BN254 with a constant key and one public input
interface IGroth16Verifier {
    /// @notice Whether `proof` proves the circuit of this key for the public input `input`.
    /// @dev Never reverts on a bad proof: a word out of range, a point off the curve or out of the subgroup, the
    /// point at infinity, an input >= r, calldata of another length and a failing precompile all give `false`.
    /// Calldata shorter than the arguments reverts in the ABI decoder. A caller that gives too little gas gets
    /// `false` as well, so `false` must never be taken as evidence that a statement is wrong.
    /// @param proof The proof.
    /// @param input The public input, a canonical element of the scalar field.
    /// @return ok True only for a valid proof.
    function verifyProof(Proof calldata proof, uint256 input) external view returns (bool ok);

    /// @notice The key that is compiled into the contract.
    /// @return key The verifying key, for comparison with the one the circuit gives.
    function verifyingKey() external pure returns (VerifyingKey memory key);
}
