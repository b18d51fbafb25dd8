// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Proof} from "../types/Proof.sol";
import {PublicValues} from "../types/PublicValues.sol";
import {Route} from "../types/Route.sol";
import {IZkRomVerifier} from "./IZkRomVerifier.sol";

/// @title Router from versions to immutable verifiers
interface IZkRomRouter {
    /// @notice `version` can be activated with `verifier` from `readyAt` on.
    event VersionProposed(uint32 indexed version, IZkRomVerifier indexed verifier, uint64 readyAt);
    /// @notice The proposal of `version` was withdrawn.
    event VersionCancelled(uint32 indexed version);
    /// @notice Proofs of `version` are accepted from now on, by `verifier` and no other.
    event VersionActivated(uint32 indexed version, IZkRomVerifier indexed verifier);
    /// @notice Proofs of `version` are refused from now on, for ever.
    event VersionFrozen(uint32 indexed version);

    /// @notice The version was proposed, active or frozen before.
    error VersionTaken(uint32 version);
    /// @notice The version has no proposal.
    error VersionNotProposed(uint32 version);
    /// @notice The version is unknown, not yet active, or frozen.
    error VersionNotActive(uint32 version);
    /// @notice The verifier has no code.
    error NoCode(address account);

    /// @notice Returns if the verifier of `version` accepts the proof, and reverts otherwise.
    /// @param version Which verifier.
    /// @param values The public values of the statement.
    /// @param proof The Groth16 proof.
    function verify(uint32 version, PublicValues calldata values, Proof calldata proof) external view;

    /// @notice Announces a version. Owner only.
    /// @param version A number never used before.
    /// @param verifier The immutable contract its proofs go to.
    function propose(uint32 version, IZkRomVerifier verifier) external;

    /// @notice Withdraws a proposal. Owner only.
    /// @param version The proposed version.
    function cancel(uint32 version) external;

    /// @notice Activates a proposal once the delay is over and before it lapses. Owner only.
    /// @param version The proposed version.
    function activate(uint32 version) external;

    /// @notice Refuses the proofs of a version at once and for ever. Owner only.
    /// @param version The active version.
    function freeze(uint32 version) external;

    /// @notice The verifier of an active version; reverts for any other.
    /// @param version The version.
    /// @return verifier Its verifier.
    function verifierOf(uint32 version) external view returns (IZkRomVerifier verifier);

    /// @notice What is known about a version.
    /// @param version The version.
    /// @return route Verifier, time of activation and status.
    function route(uint32 version) external view returns (Route memory route);

    /// @notice Seconds between proposal and activation.
    function delay() external view returns (uint64);
}
