// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {ZkRomVerifier} from "../src/ZkRomVerifier.sol";
import {IGroth16Verifier} from "../src/interfaces/IGroth16Verifier.sol";
import {IZkRomVerifier} from "../src/interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "../src/libraries/ExactCalldata.sol";
import {Proof} from "../src/types/Proof.sol";
import {PublicValues} from "../src/types/PublicValues.sol";
import {Deployed} from "./utils/Deployed.sol";

contract ZkRomVerifierTest is Deployed {
    PublicValues private values;
    Proof private proof;

    function setUp() public override {
        super.setUp();
        values = readValues("step1");
        proof = readProof("step1");
    }

    function test_acceptsRealProofs() public view {
        verifier.verify(values, proof);
        verifier.verify(readValues("step2"), readProof("step2"));
        verifier.verify(values, negated(proof));
    }

    function test_pinsWhatItWasBuiltWith() public view {
        assertEq(address(verifier.groth16()), address(groth16));
        assertEq(verifier.romDigest(), values.romDigest);
        assertEq(verifier.configHash(), values.configHash);
        assertEq(verifier.chainId(), values.chainId);
        assertEq(verifier.version(), "1.0.0");
    }

    function test_publicInputIsTheProvers() public view {
        assertEq(verifier.publicInput(values), readInput("step1"));
        assertEq(verifier.publicInput(readValues("hugeNumber")), readInput("hugeNumber"));
    }

    function test_refusesAnotherRom() public {
        PublicValues memory other = readValues("newRomStep2");
        Proof memory real = readProof("newRomStep2");
        vm.expectRevert(
            abi.encodeWithSelector(
                IZkRomVerifier.RomDigestMismatch.selector, values.romDigest, other.romDigest
            )
        );
        verifier.verify(other, real);
    }

    function test_refusesAnotherConfig() public {
        PublicValues memory other = readValues("otherConfig");
        Proof memory real = readProof("otherConfig");
        vm.expectRevert(
            abi.encodeWithSelector(
                IZkRomVerifier.ConfigHashMismatch.selector, values.configHash, other.configHash
            )
        );
        verifier.verify(other, real);
    }

    function test_refusesAnotherChain() public {
        PublicValues memory other = readValues("otherChain");
        Proof memory real = readProof("otherChain");
        vm.expectRevert(abi.encodeWithSelector(IZkRomVerifier.ChainIdMismatch.selector, values.chainId, 1));
        verifier.verify(other, real);
    }

    /// @dev The proofs refused above are real: a verifier that pins what they are about takes them.
    function test_otherDeploymentsAcceptThem() public {
        string[3] memory names = ["newRomStep2", "otherConfig", "otherChain"];
        for (uint256 i = 0; i < names.length; i++) {
            PublicValues memory other = readValues(names[i]);
            verifierFor(other).verify(other, readProof(names[i]));
        }
    }

    function test_refusesProofOfOtherValues() public {
        Proof memory other = readProof("step2");
        vm.expectRevert(IZkRomVerifier.InvalidProof.selector);
        verifier.verify(values, other);
    }

    function test_refusesExtraCalldata() public {
        bytes memory call = bytes.concat(abi.encodeCall(verifier.verify, (values, proof)), hex"00");
        vm.expectRevert(abi.encodeWithSelector(ExactCalldata.CalldataLength.selector, 548, 549));
        this.forward(call);
    }

    function test_refusesEveryTruncation() public view {
        bytes memory call = abi.encodeCall(verifier.verify, (values, proof));
        for (uint256 length = 0; length < call.length; length += 4) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; i++) {
                cut[i] = call[i];
            }
            (bool success,) = address(verifier).staticcall(cut);
            assertFalse(success);
        }
    }

    function test_refusesGroth16WithoutCode() public {
        vm.expectRevert(abi.encodeWithSelector(IZkRomVerifier.NoCode.selector, stranger));
        new ZkRomVerifier(IGroth16Verifier(stranger), values.romDigest, values.configHash, values.chainId);
    }

    function testFuzz_refusesChangedPublicValue(uint256 index, uint256 mask) public view {
        index = bound(index, 0, 8);
        vm.assume(mask != 0);
        bytes memory call = abi.encodeCall(verifier.verify, (values, proof));
        (bool success,) = address(verifier).staticcall(flipped(call, 4, index, mask));
        assertFalse(success);
    }

    function testFuzz_refusesOneChangedBit(uint256 bit) public view {
        bit = bound(bit, 0, 17 * 256 - 1);
        bytes memory call = abi.encodeCall(verifier.verify, (values, proof));
        (bool success,) = address(verifier).staticcall(flipped(call, 4, bit / 256, 1 << (bit % 256)));
        assertFalse(success);
    }

    function testFuzz_refusesOtherValuesOfTheSameChain(PublicValues memory other) public {
        other.romDigest = values.romDigest;
        other.configHash = values.configHash;
        other.chainId = values.chainId;
        vm.assume(keccak256(abi.encode(other)) != keccak256(abi.encode(values)));
        vm.expectRevert(IZkRomVerifier.InvalidProof.selector);
        verifier.verify(other, proof);
    }

    /// @dev Makes a raw call that reverts with what it got.
    function forward(bytes calldata call) external view {
        (bool success, bytes memory out) = address(verifier).staticcall(call);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(out, 0x20), mload(out))
            }
        }
    }
}
