// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

/// @notice What a zkrom proof of Ethereum blocks says: under the chain config of `configHash`, the blocks
/// `firstBlock..lastBlock` on top of the parent `(parentHash, preStateRoot)` are valid, and they end in
/// `(lastBlockHash, postStateRoot)`.
/// @dev Nine full words, so that the ABI encoding of the struct is `romDigest ‖ O[0..7]` as the statement hashes
/// it. Numbers are `uint256` on purpose: a narrower type would make the ABI decoder, not the hash, decide.
struct PublicValues {
    /// Identity of the ROM, the machine and its preprocessed tables.
    bytes32 romDigest;
    /// O[0]: keccak256 of the canonical chain config (chain id, fork schedule, blob schedule, deposit contract).
    bytes32 configHash;
    /// O[1]: chain id of the proven chain, which need not be the chain this contract lives on.
    uint256 chainId;
    /// O[2]: number of the first block executed.
    uint256 firstBlock;
    /// O[3]: number of the last block executed, inclusive.
    uint256 lastBlock;
    /// O[4]: hash of the first block's parent.
    bytes32 parentHash;
    /// O[5]: hash of the last block.
    bytes32 lastBlockHash;
    /// O[6]: state root of the parent, before the first block.
    bytes32 preStateRoot;
    /// O[7]: state root after the last block.
    bytes32 postStateRoot;
}
