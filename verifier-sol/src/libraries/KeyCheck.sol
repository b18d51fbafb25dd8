// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {G1, G2, VerifyingKey} from "../types/VerifyingKey.sol";

/// @title Checks of a Groth16 verifying key that run when a verifier is deployed
/// @notice A key can be well-formed and forgeable: snarkjs's first `.zkey`, before any contribution, has
/// gamma = delta = the generator, and then a proof of any input is a proof of every input. These checks refuse
/// such keys. They cannot tell whether the set-up's randomness was destroyed.
/// @dev With gamma = k·delta for a known k, C' = C + k·(L(x) - L(x')) turns a proof of x into one of x'. Only
/// k = 1 and k = -1 can be seen in a key; points are compared by x, which a point shares with its negative only.
/// gamma may be the generator: ceremonies in the style of Bowe, Gabizon and Miers (eprint 2017/1050), snarkjs's
/// among them, fix gamma = 1 and lose nothing, as long as delta is neither gamma nor the generator.
library KeyCheck {
    /// @notice An element that must not be the point at infinity is.
    error IdentityInKey(string element);
    /// @notice An element that must be random is the generator or its negative: the set-up has had no contribution.
    error GeneratorInKey(string element);
    /// @notice Two elements that must be independent are equal, or each other's negatives.
    error RelatedInKey(string first, string second);
    /// @notice A point is off the curve, out of the subgroup or not canonical.
    error NotInGroup();

    /// @dev The generators' x, as EIP-196 and EIP-197 fix them.
    uint256 private constant G1_X = 1;
    uint256 private constant G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;

    /// @notice Reverts if `key` is malformed or of a kind known to be forgeable.
    /// @param key The verifying key.
    function requireSound(VerifyingKey memory key) internal view {
        _requireRandom(key.alpha, "alpha");
        _requireRandom(key.ic0, "ic0");
        _requireRandom(key.ic1, "ic1");
        _requireNotIdentity(key.gamma, "gamma");
        _requireRandom(key.beta, "beta");
        _requireRandom(key.delta, "delta");
        if (_sameX(key.gamma, key.delta)) revert RelatedInKey("gamma", "delta");
        if (_sameX(key.beta, key.delta)) revert RelatedInKey("beta", "delta");
        if (_sameX(key.beta, key.gamma)) revert RelatedInKey("beta", "gamma");
        _requireInGroup(key);
    }

    /// @notice Names a key: sha256 of its 18 words in the order of the struct.
    /// @param key The verifying key.
    /// @return hash The digest, to compare with the one the prover's tools print.
    function digest(VerifyingKey memory key) internal pure returns (bytes32 hash) {
        return sha256(abi.encode(key));
    }

    /// @dev The pairing precompile checks every point it is given, those paired with infinity too; it burns all
    /// gas it is given when it refuses, hence the bound (six pairs cost 249,000).
    function _requireInGroup(VerifyingKey memory key) private view {
        // Memory structs start as zeros: the points at infinity.
        G1 memory o1;
        G2 memory o2;
        bytes memory pairs = bytes.concat(
            abi.encode(key.alpha, o2, key.ic0, o2, key.ic1, o2),
            abi.encode(o1, key.beta, o1, key.gamma, o1, key.delta)
        );
        (bool ok, bytes memory out) = address(0x08).staticcall{gas: 300_000}(pairs);
        if (!ok || out.length != 32 || abi.decode(out, (uint256)) != 1) revert NotInGroup();
    }

    function _requireRandom(G1 memory p, string memory element) private pure {
        if (p.x == 0 && p.y == 0) revert IdentityInKey(element);
        if (p.x == G1_X) revert GeneratorInKey(element);
    }

    function _requireRandom(G2 memory p, string memory element) private pure {
        _requireNotIdentity(p, element);
        if (p.x1 == G2_X1 && p.x0 == G2_X0) revert GeneratorInKey(element);
    }

    function _requireNotIdentity(G2 memory p, string memory element) private pure {
        if (p.x1 == 0 && p.x0 == 0 && p.y1 == 0 && p.y0 == 0) revert IdentityInKey(element);
    }

    function _sameX(G2 memory p, G2 memory q) private pure returns (bool) {
        return p.x1 == q.x1 && p.x0 == q.x0;
    }
}
