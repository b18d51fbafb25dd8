// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {TwoStepOwner} from "./TwoStepOwner.sol";
import {IZkRomRouter} from "./interfaces/IZkRomRouter.sol";
import {IZkRomVerifier} from "./interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "./libraries/ExactCalldata.sol";
import {Timelock} from "./libraries/Timelock.sol";
import {Proof} from "./types/Proof.sol";
import {PublicValues} from "./types/PublicValues.sol";
import {Route, RouteStatus} from "./types/Route.sol";

/// @title Router from versions to immutable verifiers
/// @notice The owner can add a version after a delay and can freeze one for ever, at once. It cannot replace the
/// verifier of a version: who names a version knows what checks the proof. An owner gone bad can therefore stop
/// the users of a version, never make them accept anything else.
/// @dev Nothing here can tell whether a verifier is really immutable; the delay is there to read its code.
contract ZkRomRouter is IZkRomRouter, TwoStepOwner {
    /// @inheritdoc IZkRomRouter
    uint64 public immutable override delay;

    mapping(uint32 version => Route) private _routes;

    /// @param owner_ Who may propose, activate and freeze.
    /// @param delay_ Seconds between proposal and activation.
    /// @param version The first version, active from the start: nobody relies on the router before it exists.
    /// @param verifier Its verifier.
    constructor(address owner_, uint64 delay_, uint32 version, IZkRomVerifier verifier) TwoStepOwner(owner_) {
        Timelock.requireSensible(delay_);
        _requireCode(verifier);
        delay = delay_;
        _routes[version] = Route({verifier: verifier, readyAt: 0, status: RouteStatus.Active});
        emit VersionActivated(version, verifier);
    }

    /// @inheritdoc IZkRomRouter
    function verify(uint32 version, PublicValues calldata values, Proof calldata proof)
        external
        view
        override
    {
        ExactCalldata.requireWords(18);
        verifierOf(version).verify(values, proof);
    }

    /// @inheritdoc IZkRomRouter
    function propose(uint32 version, IZkRomVerifier verifier) external override onlyOwner {
        if (_routes[version].status != RouteStatus.None) revert VersionTaken(version);
        _requireCode(verifier);
        uint64 readyAt = Timelock.start(delay);
        _routes[version] = Route({verifier: verifier, readyAt: readyAt, status: RouteStatus.Proposed});
        emit VersionProposed(version, verifier, readyAt);
    }

    /// @inheritdoc IZkRomRouter
    function cancel(uint32 version) external override onlyOwner {
        _requireProposed(version);
        delete _routes[version];
        emit VersionCancelled(version);
    }

    /// @inheritdoc IZkRomRouter
    function activate(uint32 version) external override onlyOwner {
        Route storage proposed = _requireProposed(version);
        Timelock.requireOpen(proposed.readyAt);
        proposed.status = RouteStatus.Active;
        emit VersionActivated(version, proposed.verifier);
    }

    /// @inheritdoc IZkRomRouter
    function freeze(uint32 version) external override onlyOwner {
        if (_routes[version].status != RouteStatus.Active) revert VersionNotActive(version);
        _routes[version].status = RouteStatus.Frozen;
        emit VersionFrozen(version);
    }

    /// @inheritdoc IZkRomRouter
    function route(uint32 version) external view override returns (Route memory) {
        return _routes[version];
    }

    /// @inheritdoc IZkRomRouter
    function verifierOf(uint32 version) public view override returns (IZkRomVerifier verifier) {
        Route memory found = _routes[version];
        if (found.status != RouteStatus.Active) revert VersionNotActive(version);
        return found.verifier;
    }

    /// @dev The route of a version that was proposed and not yet activated.
    function _requireProposed(uint32 version) private view returns (Route storage proposed) {
        proposed = _routes[version];
        if (proposed.status != RouteStatus.Proposed) revert VersionNotProposed(version);
    }

    /// @dev A call to an address without code would succeed: `verify` returns nothing.
    function _requireCode(IZkRomVerifier verifier) private view {
        if (address(verifier).code.length == 0) revert NoCode(address(verifier));
    }
}
