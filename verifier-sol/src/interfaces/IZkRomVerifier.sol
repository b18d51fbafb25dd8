// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Proof} from "../types/Proof.sol";
import {PublicValues} from "../types/PublicValues.sol";
import {IGroth16Verifier} from "./IGroth16Verifier.sol";

/// @title Verifier of zkrom's statement about Ethereum blocks, for one ROM and one chain config
interface IZkRomVerifier {
    /// @notice The proof is of another ROM, or another version of the machine.
    error RomDigestMismatch(bytes32 expected, bytes32 got);
    /// @notice The blocks were executed under another chain config (fork schedule, blob schedule, ...).
    error ConfigHashMismatch(bytes32 expected, bytes32 got);
    /// @notice The blocks are of another chain.
    error ChainIdMismatch(uint256 expected, uint256 got);
    /// @notice The pairing check refused the proof for these public values.
    error InvalidProof();
    /// @notice The constructor was given an address without code as the Groth16 verifier.
    error NoCode(address account);

    /// @notice Returns if `proof` proves `values`, and reverts otherwise.
    /// @param values The public values of the statement.
    /// @param proof The Groth16 proof.
    function verify(PublicValues calldata values, Proof calldata proof) external view;

    /// @notice The public input of the Groth16 circuit for `values`: see `StatementHash` for the bytes hashed.
    /// @param values The public values of the statement.
    /// @return input An element of the scalar field below 2^253.
    function publicInput(PublicValues calldata values) external view returns (uint256 input);

    /// @notice The contract that holds the circuit's key and checks the pairing.
    function groth16() external view returns (IGroth16Verifier);

    /// @notice The only ROM whose proofs are accepted.
    function romDigest() external view returns (bytes32);

    /// @notice The only chain config under which proofs are accepted.
    function configHash() external view returns (bytes32);

    /// @notice The only chain whose proofs are accepted.
    function chainId() external view returns (uint256);

    /// @notice Version of the statement and its encoding, as semantic versioning has it.
    function version() external view returns (string memory);
}
