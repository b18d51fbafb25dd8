// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice The block a chain of proofs has reached.
struct Head {
    uint64 number;
    bytes32 hash;
    bytes32 stateRoot;
}

/// @notice The ROM whose proofs a chain accepts, and the router's version that checks them.
struct Rom {
    uint32 version;
    bytes32 digest;
}
