// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {PublicValues} from "../types/PublicValues.sol";

/// @title Hash of a statement to the one public input of the Groth16 circuit
/// @notice zkrom's machine statement is `(romDigest, I, O)`: the program of `romDigest`, given up to 16 public
/// input words I, halted with up to 16 output words O. The circuit's public input is
///
/// `sha256(romDigest ‖ I[0] ‖ ... ‖ I[15] ‖ O[0] ‖ ... ‖ O[15])` with its top three bits cleared,
///
/// every word 32 bytes big-endian and unused words zero: always 33 words, 1056 bytes.
///
/// | bytes | content |
/// |---|---|
/// | 0..32 | `romDigest` |
/// | 32..544 | I[0..16]: empty for the EVM statement, all zero |
/// | 544..800 | O[0..8]: configHash, chainId, firstBlock, lastBlock, parentHash, lastBlockHash, preStateRoot, postStateRoot |
/// | 800..1056 | O[8..16]: unused, zero |
///
/// The length is fixed, so no two statements share an encoding. 253 bits are below the scalar field's order
/// r > 2^253, so the hash is canonical as it stands; collisions cost about 2^126.5.
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
            // The struct is romDigest followed by O[0..8]; reading past the calldata gives the zero words.
            calldatacopy(preimage, values, 0x20)
            calldatacopy(add(preimage, 0x20), calldatasize(), 0x200)
            calldatacopy(add(preimage, 0x220), add(values, 0x20), 0x100)
            calldatacopy(add(preimage, 0x320), calldatasize(), 0x100)
            // Arguments are evaluated from the right: the call comes before the look at its return data.
            ok := and(eq(returndatasize(), 0x20), staticcall(gas(), 0x02, preimage, 0x420, 0x00, 0x20))
            input := shr(3, shl(3, mload(0x00)))
        }
        if (!ok) revert Sha256Failed();
    }
}
