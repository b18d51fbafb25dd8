// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Deployed} from "./utils/Deployed.sol";

/// @notice What transactions cost, base fee and calldata included; the figures are in snapshots/.
/// @dev `isolate` in foundry.toml makes each top-level call a transaction. tools/e2e.mjs checks the same limits
/// against a node's receipts.
contract GasTest is Deployed {
    /// @dev A direct verification, and a step of the chain through the router.
    uint256 private constant VERIFY_LIMIT = 240_000;
    uint256 private constant ADVANCE_LIMIT = 275_000;

    function test_verifyDirectly() public {
        bytes memory call = abi.encodeCall(verifier.verify, (readValues("step1"), readProof("step1")));
        assertLe(_transaction(address(verifier), call, "ZkRomVerifier.verify"), VERIFY_LIMIT);
    }

    function test_verifyThroughTheRouter() public {
        bytes memory call = abi.encodeCall(router.verify, (VERSION, readValues("step1"), readProof("step1")));
        assertLe(_transaction(address(router), call, "ZkRomRouter.verify"), ADVANCE_LIMIT);
    }

    /// @dev Whatever the values, and not only those of the first fixture.
    function test_advance() public {
        string[3] memory names = ["step1", "step2", "step3"];
        for (uint256 i = 0; i < names.length; i++) {
            bytes memory call = abi.encodeCall(chain.advance, (readValues(names[i]), readProof(names[i])));
            string memory label = string.concat("StateChain.advance ", names[i]);
            assertLe(_transaction(address(chain), call, label), ADVANCE_LIMIT);
        }
    }

    /// @dev Replays are refused before any pairing is paid for.
    function test_refusedReplay() public {
        advance("step1");
        bytes memory call = abi.encodeCall(chain.advance, (readValues("step1"), readProof("step1")));
        (bool success,) = address(chain).call(call);
        assertFalse(success);
        assertLe(vm.snapshotGasLastCall("transactions", "StateChain.advance replay, refused"), 45_000);
    }

    function test_refusedProof() public {
        bytes memory call = abi.encodeCall(verifier.verify, (readValues("step1"), readProof("step2")));
        (bool success,) = address(verifier).call(call);
        assertFalse(success);
        vm.snapshotGasLastCall("transactions", "ZkRomVerifier.verify wrong proof, refused");
    }

    function test_codeSizes() public {
        vm.snapshotValue("code", "Groth16Verifier", address(groth16).code.length);
        vm.snapshotValue("code", "ZkRomVerifier", address(verifier).code.length);
        vm.snapshotValue("code", "ZkRomRouter", address(router).code.length);
        vm.snapshotValue("code", "StateChain", address(chain).code.length);
    }

    function _transaction(address to, bytes memory call, string memory label) private returns (uint256 used) {
        (bool success,) = to.call(call);
        assertTrue(success);
        return vm.snapshotGasLastCall("transactions", label);
    }
}
