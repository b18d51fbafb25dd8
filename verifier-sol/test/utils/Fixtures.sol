// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Head} from "../../src/types/Head.sol";
import {Proof} from "../../src/types/Proof.sol";
import {PublicValues} from "../../src/types/PublicValues.sol";
import {G1, G2, VerifyingKey} from "../../src/types/VerifyingKey.sol";

/// @notice Reads the fixtures that tools/make-fixtures.mjs wrote, in snarkjs's shape.
abstract contract Fixtures is Test {
    /// @dev Orders of BN254's base field and of its groups.
    uint256 internal constant Q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    string private constant DIR = "test/fixtures/toy/";

    function readProof(string memory name) internal view returns (Proof memory) {
        string memory json = vm.readFile(string.concat(DIR, name, "/proof.json"));
        return Proof({
            aX: vm.parseJsonUint(json, ".pi_a[0]"),
            aY: vm.parseJsonUint(json, ".pi_a[1]"),
            bX1: vm.parseJsonUint(json, ".pi_b[0][1]"),
            bX0: vm.parseJsonUint(json, ".pi_b[0][0]"),
            bY1: vm.parseJsonUint(json, ".pi_b[1][1]"),
            bY0: vm.parseJsonUint(json, ".pi_b[1][0]"),
            cX: vm.parseJsonUint(json, ".pi_c[0]"),
            cY: vm.parseJsonUint(json, ".pi_c[1]")
        });
    }

    function readInput(string memory name) internal view returns (uint256) {
        return vm.parseJsonUint(vm.readFile(string.concat(DIR, name, "/public.json")), "[0]");
    }

    function readValues(string memory name) internal view returns (PublicValues memory) {
        string memory json = vm.readFile(string.concat(DIR, name, "/values.json"));
        return PublicValues({
            romDigest: vm.parseJsonBytes32(json, ".romDigest"),
            configHash: vm.parseJsonBytes32(json, ".configHash"),
            chainId: vm.parseJsonUint(json, ".chainId"),
            firstBlock: vm.parseJsonUint(json, ".firstBlock"),
            lastBlock: vm.parseJsonUint(json, ".lastBlock"),
            parentHash: vm.parseJsonBytes32(json, ".parentHash"),
            lastBlockHash: vm.parseJsonBytes32(json, ".lastBlockHash"),
            preStateRoot: vm.parseJsonBytes32(json, ".preStateRoot"),
            postStateRoot: vm.parseJsonBytes32(json, ".postStateRoot")
        });
    }

    /// @dev The block before the first one of the straight path.
    function genesis() internal view returns (Head memory) {
        PublicValues memory v = readValues("step1");
        return Head({number: uint64(v.firstBlock) - 1, hash: v.parentHash, stateRoot: v.preStateRoot});
    }

    function readKey(string memory name) internal view returns (VerifyingKey memory key) {
        string memory json = vm.readFile(string.concat(DIR, name, ".json"));
        key.alpha = _g1(json, ".vk_alpha_1");
        key.beta = _g2(json, ".vk_beta_2");
        key.gamma = _g2(json, ".vk_gamma_2");
        key.delta = _g2(json, ".vk_delta_2");
        key.ic0 = _g1(json, ".IC[0]");
        key.ic1 = _g1(json, ".IC[1]");
    }

    /// @dev The same statement in other bytes: e(-A, -B) = e(A, B).
    function negated(Proof memory proof) internal pure returns (Proof memory other) {
        other = copy(proof);
        other.aY = Q - proof.aY;
        other.bY1 = _negate(proof.bY1);
        other.bY0 = _negate(proof.bY0);
    }

    function copy(Proof memory proof) internal pure returns (Proof memory) {
        return abi.decode(abi.encode(proof), (Proof));
    }

    function copy(PublicValues memory values) internal pure returns (PublicValues memory) {
        return abi.decode(abi.encode(values), (PublicValues));
    }

    /// @dev `data` with the word at `index` (counted after `skip` bytes) changed by a mask.
    function flipped(bytes memory data, uint256 skip, uint256 index, uint256 mask)
        internal
        pure
        returns (bytes memory)
    {
        assembly ("memory-safe") {
            let at := add(add(data, 0x20), add(skip, mul(index, 0x20)))
            mstore(at, xor(mload(at), mask))
        }
        return data;
    }

    /// @dev `data` with the word at `index` (counted after `skip` bytes) replaced.
    function replaced(bytes memory data, uint256 skip, uint256 index, uint256 value)
        internal
        pure
        returns (bytes memory)
    {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), add(skip, mul(index, 0x20))), value)
        }
        return data;
    }

    function _negate(uint256 c) private pure returns (uint256) {
        return c == 0 ? 0 : Q - c;
    }

    function _g1(string memory json, string memory at) private pure returns (G1 memory) {
        return G1({
            x: vm.parseJsonUint(json, string.concat(at, "[0]")),
            y: vm.parseJsonUint(json, string.concat(at, "[1]"))
        });
    }

    function _g2(string memory json, string memory at) private pure returns (G2 memory) {
        return G2({
            x1: vm.parseJsonUint(json, string.concat(at, "[0][1]")),
            x0: vm.parseJsonUint(json, string.concat(at, "[0][0]")),
            y1: vm.parseJsonUint(json, string.concat(at, "[1][1]")),
            y0: vm.parseJsonUint(json, string.concat(at, "[1][0]"))
        });
    }
}
