// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {StatementHash} from "../../src/libraries/StatementHash.sol";
import {PublicValues} from "../../src/types/PublicValues.sol";
import {Fixtures} from "../utils/Fixtures.sol";

contract StatementHashHarness {
    function toFieldElement(PublicValues calldata values) external view returns (uint256) {
        return StatementHash.toFieldElement(values);
    }

    /// @dev With memory beyond the free pointer in use before, and something allocated around it.
    function inDirtyMemory(PublicValues calldata values, bytes32 dirt)
        external
        view
        returns (uint256 input, bytes memory before)
    {
        before = abi.encode(dirt, dirt);
        assembly ("memory-safe") {
            let free := mload(0x40)
            for { let i := 0 } lt(i, 0x800) { i := add(i, 0x20) } { mstore(add(free, i), dirt) }
        }
        input = StatementHash.toFieldElement(values);
    }
}

contract StatementHashTest is Fixtures {
    StatementHashHarness private harness;

    function setUp() public {
        harness = new StatementHashHarness();
    }

    /// @dev The bytes as the natspec has them, written the plain way.
    function plainly(PublicValues memory v) private pure returns (uint256) {
        bytes memory outputs = bytes.concat(
            abi.encode(v.configHash, v.chainId, v.firstBlock, v.lastBlock),
            abi.encode(v.parentHash, v.lastBlockHash, v.preStateRoot, v.postStateRoot)
        );
        bytes memory preimage = bytes.concat(v.romDigest, outputs);
        assertEq(preimage.length, 288);
        return uint256(sha256(preimage)) & ((1 << 253) - 1);
    }

    /// @dev The same number comes from tools/lib/statement.mjs and from the prover.
    function test_knownAnswer() public view {
        PublicValues memory v = PublicValues({
            romDigest: bytes32(uint256(1)),
            configHash: bytes32(uint256(2)),
            chainId: 3,
            firstBlock: 4,
            lastBlock: 5,
            parentHash: bytes32(uint256(6)),
            lastBlockHash: bytes32(uint256(7)),
            preStateRoot: bytes32(uint256(8)),
            postStateRoot: bytes32(uint256(9))
        });
        assertEq(
            harness.toFieldElement(v), 0x00f98512e2061d835a0abf1612479f49f74157bc4ac4a5cea5017018ecae03e4
        );
    }

    function testFuzz_equalsThePlainHash(PublicValues memory v, bytes32 dirt) public view {
        uint256 expected = plainly(v);
        assertEq(harness.toFieldElement(v), expected);
        (uint256 input, bytes memory before) = harness.inDirtyMemory(v, dirt);
        assertEq(input, expected);
        assertEq(before, abi.encode(dirt, dirt), "memory in use stays as it was");
    }

    function testFuzz_isCanonical(PublicValues memory v) public view {
        uint256 input = harness.toFieldElement(v);
        assertLt(input, 1 << 253);
        assertLt(input, R);
    }

    /// @dev Every word matters: no field is left out and none is read twice.
    function testFuzz_dependsOnEveryWord(PublicValues memory v, uint256 index, uint256 mask) public view {
        index = bound(index, 0, 8);
        vm.assume(mask != 0);
        PublicValues memory other = abi.decode(flipped(abi.encode(v), 0, index, mask), (PublicValues));
        assertNotEq(harness.toFieldElement(v), harness.toFieldElement(other));
    }

    /// @dev A call that cannot pay for the hash reverts: it never goes on with another number.
    function testFuzz_littleGasNeverGivesAnotherNumber(uint256 gasLimit) public view {
        gasLimit = bound(gasLimit, 0, 6_000);
        PublicValues memory v = readValues("step1");
        bytes memory call = abi.encodeCall(harness.toFieldElement, (v));
        (bool success, bytes memory out) = address(harness).staticcall{gas: gasLimit}(call);
        if (success) assertEq(abi.decode(out, (uint256)), readInput("step1"));
    }

    /// @dev On a chain without the precompile.
    function test_revertsWithoutSha256() public {
        PublicValues memory v = readValues("step1");
        bytes memory none;
        vm.mockCallRevert(address(0x02), none, none);
        vm.expectRevert(StatementHash.Sha256Failed.selector);
        harness.toFieldElement(v);
        vm.clearMockedCalls();
        vm.mockCall(address(0x02), none, none);
        vm.expectRevert(StatementHash.Sha256Failed.selector);
        harness.toFieldElement(v);
    }
}
