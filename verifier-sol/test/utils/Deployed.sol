// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {StateChain} from "../../src/StateChain.sol";
import {ZkRomRouter} from "../../src/ZkRomRouter.sol";
import {ZkRomVerifier} from "../../src/ZkRomVerifier.sol";
import {IGroth16Verifier} from "../../src/interfaces/IGroth16Verifier.sol";
import {Rom} from "../../src/types/Head.sol";
import {PublicValues} from "../../src/types/PublicValues.sol";
import {ToyGroth16Verifier} from "../generated/ToyGroth16Verifier.sol";
import {Fixtures} from "./Fixtures.sol";

/// @notice The contracts as a deployment leaves them, with the fixtures' key, ROM, config and genesis.
abstract contract Deployed is Fixtures {
    uint32 internal constant VERSION = 1;
    uint64 internal constant DELAY = 7 days;

    address internal owner = makeAddr("owner");
    address internal stranger = makeAddr("stranger");

    IGroth16Verifier internal groth16;
    ZkRomVerifier internal verifier;
    ZkRomRouter internal router;
    StateChain internal chain;

    function setUp() public virtual {
        groth16 = new ToyGroth16Verifier();
        verifier = verifierFor(readValues("step1"));
        router = new ZkRomRouter(owner, DELAY, VERSION, verifier);
        chain = new StateChain(owner, router, DELAY, romOf(VERSION, verifier), genesis());
    }

    /// @dev A verifier that pins what `values` are about.
    function verifierFor(PublicValues memory values) internal returns (ZkRomVerifier) {
        return new ZkRomVerifier(groth16, values.romDigest, values.configHash, values.chainId);
    }

    /// @dev What a chain has to announce to use a version with this verifier.
    function romOf(uint32 version, ZkRomVerifier pinned) internal view returns (Rom memory) {
        return Rom({version: version, digest: pinned.romDigest(), configHash: pinned.configHash()});
    }

    /// @dev Proposes and activates a version, the delay included.
    function addVersion(uint32 version, ZkRomVerifier added) internal {
        vm.prank(owner);
        router.propose(version, added);
        skip(DELAY);
        vm.prank(owner);
        router.activate(version);
    }

    function advance(string memory name) internal {
        chain.advance(readValues(name), readProof(name));
    }
}
