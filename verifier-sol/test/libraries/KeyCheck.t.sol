// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {KeyCheck} from "../../src/libraries/KeyCheck.sol";
import {G1, G2, VerifyingKey} from "../../src/types/VerifyingKey.sol";
import {ToyGroth16Verifier} from "../generated/ToyGroth16Verifier.sol";
import {Fixtures} from "../utils/Fixtures.sol";

contract KeyCheckHarness {
    function requireSound(VerifyingKey memory key) external view {
        KeyCheck.requireSound(key);
    }

    function digest(VerifyingKey memory key) external pure returns (bytes32) {
        return KeyCheck.digest(key);
    }
}

contract KeyCheckTest is Fixtures {
    KeyCheckHarness private harness;
    VerifyingKey private key;
    G1 private g1 = G1({x: 1, y: 2});
    G2 private g2 = G2({
        x1: 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2,
        x0: 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed,
        y1: 0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b,
        y0: 0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa
    });
    G1 private zero1;
    G2 private zero2;

    function setUp() public {
        harness = new KeyCheckHarness();
        key = readKey("verification_key");
    }

    function test_acceptsTheFixturesKey() public view {
        harness.requireSound(key);
    }

    /// @dev The facts about the compiled key, spelled out.
    function test_generatedKeyIsNotForgeable() public {
        VerifyingKey memory k = new ToyGroth16Verifier().verifyingKey();
        assertNotEq(abi.encode(k.gamma), abi.encode(k.delta), "gamma = delta");
        assertNotEq(abi.encode(k.delta), abi.encode(g2), "delta is the generator");
        assertNotEq(abi.encode(k.beta), abi.encode(g2), "beta is the generator");
        assertNotEq(abi.encode(k.beta), abi.encode(k.gamma), "beta = gamma");
        assertNotEq(abi.encode(k.beta), abi.encode(k.delta), "beta = delta");
        assertNotEq(abi.encode(k.gamma), abi.encode(zero2), "gamma is the identity");
        assertNotEq(abi.encode(k.alpha), abi.encode(g1), "alpha is the generator");
        // Ceremony keys have gamma = 1 (eprint 2017/1050): harmless while delta is another, unknown power.
        assertEq(abi.encode(k.gamma), abi.encode(g2), "snarkjs fixes gamma at the generator");
    }

    /// @dev snarkjs's first .zkey: what is proved with it proves nothing.
    function test_refusesKeyWithoutContribution() public {
        key = readKey("verification_key_uncontributed");
        assertEq(abi.encode(key.gamma), abi.encode(key.delta));
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.GeneratorInKey.selector, "delta"));
        harness.requireSound(key);
    }

    function test_refusesGammaEqualToDelta() public {
        key.gamma = key.delta;
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.RelatedInKey.selector, "gamma", "delta"));
        harness.requireSound(key);
    }

    function test_refusesBetaEqualToDelta() public {
        key.beta = key.delta;
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.RelatedInKey.selector, "beta", "delta"));
        harness.requireSound(key);
    }

    function test_refusesBetaEqualToGamma() public {
        key.gamma = key.beta;
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.RelatedInKey.selector, "beta", "gamma"));
        harness.requireSound(key);
    }

    /// @dev gamma = -delta is as forgeable as gamma = delta: see Forgery.t.sol.
    function test_refusesNegatives() public {
        VerifyingKey memory good = key;
        key.gamma = _negative(good.delta);
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.RelatedInKey.selector, "gamma", "delta"));
        harness.requireSound(key);
        key = good;
        key.beta = _negative(good.delta);
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.RelatedInKey.selector, "beta", "delta"));
        harness.requireSound(key);
        key = good;
        key.beta = _negative(good.gamma);
        // gamma is the generator in snarkjs's keys.
        _expectGenerator("beta");
        key = good;
        key.delta = _negative(g2);
        _expectGenerator("delta");
        key = good;
        key.alpha = G1({x: 1, y: Q - 2});
        _expectGenerator("alpha");
    }

    function test_refusesIdentities() public {
        VerifyingKey memory good = key;
        key.alpha = zero1;
        _expectIdentity("alpha");
        key = good;
        key.ic0 = zero1;
        _expectIdentity("ic0");
        key = good;
        key.ic1 = zero1;
        _expectIdentity("ic1");
        key = good;
        key.beta = zero2;
        _expectIdentity("beta");
        key = good;
        key.gamma = zero2;
        _expectIdentity("gamma");
        key = good;
        key.delta = zero2;
        _expectIdentity("delta");
    }

    function test_refusesGenerators() public {
        VerifyingKey memory good = key;
        key.alpha = g1;
        _expectGenerator("alpha");
        key = good;
        key.ic0 = g1;
        _expectGenerator("ic0");
        key = good;
        key.ic1 = g1;
        _expectGenerator("ic1");
        key = good;
        key.beta = g2;
        _expectGenerator("beta");
        key = good;
        key.delta = g2;
        _expectGenerator("delta");
    }

    /// @dev Any changed word makes a point leave its curve or subgroup.
    function testFuzz_refusesChangedWord(uint256 index, uint256 mask) public {
        index = bound(index, 0, 17);
        vm.assume(mask != 0);
        VerifyingKey memory other = abi.decode(flipped(abi.encode(key), 0, index, mask), (VerifyingKey));
        vm.expectRevert(KeyCheck.NotInGroup.selector);
        harness.requireSound(other);
    }

    function testFuzz_digestDependsOnEveryWord(uint256 index, uint256 mask) public view {
        index = bound(index, 0, 17);
        vm.assume(mask != 0);
        VerifyingKey memory other = abi.decode(flipped(abi.encode(key), 0, index, mask), (VerifyingKey));
        assertNotEq(harness.digest(other), harness.digest(key));
    }

    /// @dev 18 words, alpha to ic1.
    function test_digestIsOfTheWordsInOrder() public view {
        VerifyingKey memory k = key;
        bytes memory words = bytes.concat(abi.encode(k.alpha), abi.encode(k.beta), abi.encode(k.gamma));
        words = bytes.concat(words, abi.encode(k.delta), abi.encode(k.ic0), abi.encode(k.ic1));
        assertEq(words.length, 18 * 32);
        assertEq(harness.digest(k), sha256(words));
    }

    function _negative(G2 memory p) private pure returns (G2 memory) {
        return G2({x1: p.x1, x0: p.x0, y1: p.y1 == 0 ? 0 : Q - p.y1, y0: p.y0 == 0 ? 0 : Q - p.y0});
    }

    function _expectIdentity(string memory element) private {
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.IdentityInKey.selector, element));
        harness.requireSound(key);
    }

    function _expectGenerator(string memory element) private {
        vm.expectRevert(abi.encodeWithSelector(KeyCheck.GeneratorInKey.selector, element));
        harness.requireSound(key);
    }
}
