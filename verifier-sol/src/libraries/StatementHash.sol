// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {PublicValues} from "../types/PublicValues.sol";

/// @title Hash of a statement to the one public input of the Groth16 circuit
/// @notice The EVM statement has no public input words and eight output words O. The circuit's public input is
///
/// `sha256(romDigest ‖ O[0] ‖ ... ‖ O[7])` with its top three bits cleared,
///
/// every word 32 bytes big-endian: always 9 words, 288 bytes.
///
/// | bytes | content |
/// |---|---|
/// | 0..32 | `romDigest` |
/// | 32..288 | O[0..8]: configHash, chainId, firstBlock, lastBlock, parentHash, lastBlockHash, preStateRoot, postStateRoot |
///
/// The length is fixed, so no two statements share an encoding; what the words mean is fixed by `romDigest`, the
/// first of them. 253 bits are below the scalar field's order r > 2^253, so the hash is canonical as it stands;
/// collisions cost about 2^126.5.
library StatementHash {
    /// @notice The sha256 precompile did not answer, which happens when gas runs out.
    error Sha256Failed();

    /// @notice The public input that stands for `values`.
    /// @param values The public values of the EVM statement.
    /// @return input An element of the scalar field below 2^253.
    function toFieldElement(PublicValues calldata values) internal view returns (uint256 input) {
        bool ok;
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            // The struct's encoding is the preimage as it stands.
            calldatacopy(preimage, values, 0x120)
            ok := staticcall(gas(), 0x02, preimage, 0x120, 0x00, 0x20)
            // A chain without the precompile answers with success and nothing.
            ok := and(ok, eq(returndatasize(), 0x20))
            input := shr(3, shl(3, mload(0x00)))
        }
        if (!ok) revert Sha256Failed();
    }
}
