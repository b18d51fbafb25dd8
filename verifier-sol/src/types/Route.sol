// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IZkRomVerifier} from "../interfaces/IZkRomVerifier.sol";

/// @notice Life of a version: it only moves forward, except that a proposal can be cancelled.
enum RouteStatus {
    None,
    Proposed,
    Active,
    Frozen
}

/// @notice Where proofs of a version go. One storage slot.
struct Route {
    /// The verifier; never replaced once the version is active.
    IZkRomVerifier verifier;
    /// When a proposal can be activated (seconds since the epoch).
    uint64 readyAt;
    /// Only an active route accepts proofs.
    RouteStatus status;
}
