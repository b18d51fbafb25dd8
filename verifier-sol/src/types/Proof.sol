// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice A Groth16 proof over BN254: 256 bytes, eight big-endian words, in the order the pairing precompile reads.
/// @dev An element `c0 + c1·u` of the quadratic extension is written `(c1, c0)` (EIP-197); snarkjs's JSON has
/// them the other way round. Anyone can turn a proof into another one of the same statement (for example by
/// negating A and B), so the bytes of a proof must never serve as a nullifier or an identifier.
struct Proof {
    uint256 aX;
    uint256 aY;
    uint256 bX1;
    uint256 bX0;
    uint256 bY1;
    uint256 bY0;
    uint256 cX;
    uint256 cY;
}
