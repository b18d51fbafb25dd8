// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import {Head, Rom} from "../types/Head.sol";
import {Proof} from "../types/Proof.sol";
import {PublicValues} from "../types/PublicValues.sol";
import {IZkRomRouter} from "./IZkRomRouter.sol";
import {IZkRomVerifier} from "./IZkRomVerifier.sol";

/// @title A chain of state roots, each reached from the one before by a proof
interface IStateChain {
    /// @notice Blocks `firstBlock..lastBlock` were proved; the chain is now at `lastBlockHash`.
    event Advanced(
        uint64 indexed lastBlock, bytes32 indexed lastBlockHash, bytes32 stateRoot, uint64 firstBlock
    );
    /// @notice Proofs of this ROM under this config, checked by `verifier`, can be switched to from `readyAt` on.
    event RomProposed(
        uint32 indexed version,
        bytes32 indexed digest,
        bytes32 configHash,
        IZkRomVerifier verifier,
        uint64 readyAt
    );
    /// @notice The proposed change was withdrawn.
    event RomCancelled(uint32 indexed version, bytes32 indexed digest);
    /// @notice Proofs of this ROM under this config, and no other, are accepted from now on.
    event RomChanged(uint32 indexed version, bytes32 indexed digest, bytes32 configHash);

    /// @notice The proof is of another ROM than the chain's present one.
    error WrongRom(bytes32 expected, bytes32 got);
    /// @notice The proof is under another chain config.
    error WrongConfig(bytes32 expected, bytes32 got);
    /// @notice The proof is of another chain.
    error WrongChain(uint256 expected, uint256 got);
    /// @notice The proof's first block is not the one after the chain's head.
    error WrongFirstBlock(uint256 expected, uint256 got);
    /// @notice The proof's last block is before its first one, or no 64-bit number.
    error WrongLastBlock(uint256 firstBlock, uint256 lastBlock);
    /// @notice The proof starts on another block than the chain's head.
    error WrongParent(bytes32 expected, bytes32 got);
    /// @notice The proof starts from another state than the chain's.
    error WrongPreState(bytes32 expected, bytes32 got);
    /// @notice There is no proposed change of ROM.
    error NoRomProposed();
    /// @notice The router's version has another verifier than the one that was announced, or none.
    error WrongVerifier(IZkRomVerifier expected, IZkRomVerifier got);

    /// @notice Moves the head along a proof that starts exactly there. Anyone may call it.
    /// @param values The public values of the statement.
    /// @param proof The Groth16 proof.
    function advance(PublicValues calldata values, Proof calldata proof) external;

    /// @notice Announces a change of ROM. Owner only; replaces a proposal made before, and the delay starts anew.
    /// @dev The router must know the version, proposed or active, so that there is a verifier to read.
    /// @param rom The router's version, and the digest and config that its verifier pins.
    function proposeRom(Rom calldata rom) external;

    /// @notice Withdraws a proposed change. Owner only.
    function cancelRom() external;

    /// @notice Makes a proposed change once the delay is over and before it lapses. Owner only.
    /// @dev The version must be active by now, with the verifier that was announced.
    function activateRom() external;

    /// @notice The block the chain has reached.
    function head() external view returns (Head memory);

    /// @notice The ROM whose proofs are accepted.
    function rom() external view returns (Rom memory);

    /// @notice The proposed ROM, the verifier announced with it and when it can be activated; zeros if there is none.
    function proposedRom() external view returns (Rom memory rom, IZkRomVerifier verifier, uint64 readyAt);

    /// @notice The router that proofs go through.
    function router() external view returns (IZkRomRouter);

    /// @notice The chain id of the blocks, the same under every config.
    function chainId() external view returns (uint256);

    /// @notice Seconds between the proposal of a ROM and its activation.
    function delay() external view returns (uint64);
}
