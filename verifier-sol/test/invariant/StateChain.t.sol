// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ZkRomVerifier} from "../../src/ZkRomVerifier.sol";
import {Head, Rom} from "../../src/types/Head.sol";
import {RouteStatus} from "../../src/types/Route.sol";
import {Deployed} from "../utils/Deployed.sol";
import {ChainHandler} from "./ChainHandler.sol";

/// @notice The chain only moves along valid proofs, whatever is tried in whatever order.
contract StateChainInvariantTest is Deployed {
    ChainHandler private handler;

    function setUp() public override {
        super.setUp();
        ZkRomVerifier second = verifierFor(readValues("newRomStep2"));
        addVersion(2, second);
        handler = new ChainHandler(chain, router, owner, romOf(2, second));
        targetContract(address(handler));
    }

    /// @dev The head is where the accepted proofs, replayed on paper, lead.
    function invariant_headIsWhereProofsLead() public view {
        (uint64 number, bytes32 hash, bytes32 stateRoot) = handler.head();
        Head memory expected = Head({number: number, hash: hash, stateRoot: stateRoot});
        assertEq(abi.encode(chain.head()), abi.encode(expected));
    }

    function invariant_romIsWhereTheTimelockLed() public view {
        (uint32 version, bytes32 digest, bytes32 configHash) = handler.rom();
        Rom memory expected = Rom({version: version, digest: digest, configHash: configHash});
        assertEq(abi.encode(chain.rom()), abi.encode(expected));
    }

    /// @dev Once frozen, never anything else.
    function invariant_freezeIsForEver() public view {
        for (uint32 version = 1; version <= 2; version++) {
            if (handler.frozen(version)) {
                assertEq(uint8(router.route(version).status), uint8(RouteStatus.Frozen));
            }
        }
    }

    function invariant_nothingWrongIsAccepted() public view {
        assertEq(handler.wronglyAccepted(), 0);
    }

    function invariant_nothingRightIsRefused() public view {
        assertEq(handler.wronglyRefused(), 0);
    }

    /// @dev The invariants above say little if nothing ever happens: the handler reaches each kind of event.
    function test_handlerReachesEverything() public {
        handler.submit(0, false);
        handler.submit(0, false);
        handler.submitTampered(1, 3, 0);
        handler.submitMismatched(1, 2);
        handler.submitNext(3);
        assertEq(handler.moved(), 2);
        assertEq(chain.head().number, 103);
        handler.proposeRom(true);
        handler.activateRom();
        assertEq(handler.romChanges(), 0);
        handler.wait(7 days);
        handler.activateRom();
        assertEq(handler.romChanges(), 1);
        handler.meddle(stranger, false);
        handler.freeze(8, true);
        assertTrue(handler.frozen(2));
        handler.unfreeze(true);
        handler.submitNext(0);
        assertEq(handler.moved(), 2);
        assertEq(handler.refused(), 8);
        assertEq(handler.wronglyAccepted() + handler.wronglyRefused(), 0);
    }
}
