// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IZkRomVerifier} from "./interfaces/IZkRomVerifier.sol";
import {ExactCalldata} from "./libraries/ExactCalldata.sol";
import {StatementHash} from "./libraries/StatementHash.sol";
import {Proof} from "./types/Proof.sol";
import {PublicValues} from "./types/PublicValues.sol";

/// @title Verifier of zkrom's statement about Ethereum blocks, for one ROM and one chain config
/// @notice Immutable: what it accepts is fixed at construction. ROM images are padded to one height, so a new fork
/// is a new ROM digest under the same circuit: it gets a new `ZkRomVerifier` in front of the same `Groth16Verifier`.
/// @dev The config hash is pinned because a prover could otherwise execute the blocks under other rules. It covers
/// the chain id; the chain id is checked besides so that a wrong deployment fails with a clear error.
contract ZkRomVerifier is IZkRomVerifier {
    using StatementHash for PublicValues;

    /// @inheritdoc IZkRomVerifier
    string public constant override version = "1.0.0";

    /// @inheritdoc IZkRomVerifier
    IGroth16Verifier public immutable override groth16;
    /// @inheritdoc IZkRomVerifier
    bytes32 public immutable override romDigest;
    /// @inheritdoc IZkRomVerifier
    bytes32 public immutable override configHash;
    /// @inheritdoc IZkRomVerifier
    uint256 public immutable override chainId;

    /// @param groth16_ The contract with the circuit's verifying key.
    /// @param romDigest_ The ROM whose proofs are accepted.
    /// @param configHash_ The chain config under which they are.
    /// @param chainId_ The chain id in that config.
    constructor(IGroth16Verifier groth16_, bytes32 romDigest_, bytes32 configHash_, uint256 chainId_) {
        if (address(groth16_).code.length == 0) revert NoCode(address(groth16_));
        groth16 = groth16_;
        romDigest = romDigest_;
        configHash = configHash_;
        chainId = chainId_;
    }

    /// @inheritdoc IZkRomVerifier
    function verify(PublicValues calldata values, Proof calldata proof) external view override {
        ExactCalldata.requireWords(17);
        if (values.romDigest != romDigest) revert RomDigestMismatch(romDigest, values.romDigest);
        if (values.configHash != configHash) revert ConfigHashMismatch(configHash, values.configHash);
        if (values.chainId != chainId) revert ChainIdMismatch(chainId, values.chainId);
        if (!groth16.verifyProof(proof, values.toFieldElement())) revert InvalidProof();
    }

    /// @inheritdoc IZkRomVerifier
    function publicInput(PublicValues calldata values) external view override returns (uint256 input) {
        return values.toFieldElement();
    }
}
