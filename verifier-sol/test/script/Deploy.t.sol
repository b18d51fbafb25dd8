// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Config, Deploy, Deployment} from "../../script/Deploy.s.sol";
import {IGroth16Verifier} from "../../src/interfaces/IGroth16Verifier.sol";
import {KeyCheck} from "../../src/libraries/KeyCheck.sol";
import {VerifyingKey} from "../../src/types/VerifyingKey.sol";
import {ToyGroth16Verifier} from "../generated/ToyGroth16Verifier.sol";
import {Fixtures} from "../utils/Fixtures.sol";

/// @notice Deploys with the toy configuration, as tools/e2e.mjs does against a node.
contract DeployTest is Fixtures {
    Deploy private script;
    Config private config;

    function setUp() public {
        script = new Deploy();
        config = script.read("script/config/toy.json", address(this));
    }

    function test_deploymentAcceptsARealProof() public {
        Deployment memory d = script.deploy(config);
        assertEq(d.router.owner(), address(this));
        assertEq(d.chain.owner(), address(this));
        assertEq(abi.encode(d.chain.head()), abi.encode(genesis()));
        d.chain.advance(readValues("step1"), readProof("step1"));
        assertEq(d.chain.head().number, 101);
    }

    function test_usesAVerifierDeployedBefore() public {
        config.groth16 = new ToyGroth16Verifier();
        Deployment memory d = script.deploy(config);
        assertEq(address(d.groth16), address(config.groth16));
        d.chain.advance(readValues("step1"), readProof("step1"));
    }

    function test_refusesAnotherKey() public {
        bytes32 real = config.keyDigest;
        config.keyDigest = bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(Deploy.KeyDigestMismatch.selector, config.keyDigest, real));
        script.deploy(config);
    }

    /// @dev A contract can say that it has one key and use another.
    function test_refusesOtherCodeThatNamesTheRightKey() public {
        VerifyingKey memory key = readKey("verification_key");
        config.groth16 = IGroth16Verifier(makeAddr("liar"));
        vm.mockCall(
            address(config.groth16), abi.encodeCall(IGroth16Verifier.verifyingKey, ()), abi.encode(key)
        );
        vm.expectRevert(abi.encodeWithSelector(Deploy.CodeMismatch.selector, config.groth16, config.artifact));
        script.deploy(config);
    }

    function test_refusesForgeableKeyDeployedBefore() public {
        VerifyingKey memory forgeable = readKey("verification_key_uncontributed");
        config.groth16 = IGroth16Verifier(makeAddr("forgeable"));
        vm.mockCall(
            address(config.groth16), abi.encodeCall(IGroth16Verifier.verifyingKey, ()), abi.encode(forgeable)
        );
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.GeneratorInKey.selector, "delta"));
        script.deploy(config);
    }
}
