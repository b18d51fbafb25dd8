// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice A point of G1.
struct G1 {
    uint256 x;
    uint256 y;
}

/// @notice A point of G2; coordinates `c0 + c1·u` as `(c1, c0)`, as EIP-197 has them.
struct G2 {
    uint256 x1;
    uint256 x0;
    uint256 y1;
    uint256 y0;
}

/// @notice The verifying key of a Groth16 circuit with one public input.
struct VerifyingKey {
    G1 alpha;
    G2 beta;
    G2 gamma;
    G2 delta;
    /// Term of the constant one.
    G1 ic0;
    /// Term of the public input.
    G1 ic1;
}
