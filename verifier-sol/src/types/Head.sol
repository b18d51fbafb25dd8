// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice The block a chain of proofs has reached.
struct Head {
    uint64 number;
    bytes32 hash;
    bytes32 stateRoot;
}

/// @notice The ROM whose proofs a chain accepts, the chain config it runs under, and the router's version whose
/// verifier pins both. A new fork of the rollup is a new config, mostly with a new ROM.
struct Rom {
    uint32 version;
    bytes32 digest;
    bytes32 configHash;
}
