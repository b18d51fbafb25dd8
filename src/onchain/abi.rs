//! What of the contracts' ABI a submission needs. A test compares it with `verifier-sol/abi`, which the contracts' own tests keep up to date.
#![allow(missing_docs)] // The contracts' interfaces document each item.

use alloy_primitives::Bytes;
use alloy_sol_types::{SolCall, sol};

use super::files::{Groth16Proof, PublicValues};

sol! {
    #[derive(Debug)]
    struct Values {
        bytes32 romDigest;
        bytes32 configHash;
        uint256 chainId;
        uint256 firstBlock;
        uint256 lastBlock;
        bytes32 parentHash;
        bytes32 lastBlockHash;
        bytes32 preStateRoot;
        bytes32 postStateRoot;
    }

    #[derive(Debug)]
    struct Proof {
        uint256 aX;
        uint256 aY;
        uint256 bX1;
        uint256 bX0;
        uint256 bY1;
        uint256 bY0;
        uint256 cX;
        uint256 cY;
    }

    #[derive(Debug)]
    interface StateChain {
        event Advanced(uint64 indexed lastBlock, bytes32 indexed lastBlockHash, bytes32 stateRoot, uint64 firstBlock);

        error WrongRom(bytes32 expected, bytes32 got);
        error WrongConfig(bytes32 expected, bytes32 got);
        error WrongChain(uint256 expected, uint256 got);
        error WrongFirstBlock(uint256 expected, uint256 got);
        error WrongLastBlock(uint256 firstBlock, uint256 lastBlock);
        error WrongParent(bytes32 expected, bytes32 got);
        error WrongPreState(bytes32 expected, bytes32 got);
        error CalldataLength(uint256 expected, uint256 got);

        function advance(Values values, Proof proof) external;
    }

    #[derive(Debug)]
    interface ZkRomRouter {
        error VersionNotActive(uint32 version);

        function verify(uint32 version, Values values, Proof proof) external view;
    }

    #[derive(Debug)]
    interface ZkRomVerifier {
        error RomDigestMismatch(bytes32 expected, bytes32 got);
        error ConfigHashMismatch(bytes32 expected, bytes32 got);
        error ChainIdMismatch(uint256 expected, uint256 got);
        error InvalidProof();
        error Sha256Failed();

        function verify(Values values, Proof proof) external view;
    }
}

/// The contract that a proof is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A chain of state roots, which it moves.
    StateChain,
    /// A router, which checks it under one of its versions.
    Router {
        /// The version.
        version: u32,
    },
    /// A verifier, which checks it.
    Verifier,
}

impl Target {
    /// The call's data.
    #[must_use]
    pub fn calldata(self, values: &PublicValues, proof: &Groth16Proof) -> Bytes {
        let (values, proof) = (Values::from(values), Proof::from(proof));
        match self {
            Self::StateChain => StateChain::advanceCall { values, proof }.abi_encode(),
            Self::Router { version } => ZkRomRouter::verifyCall { version, values, proof }.abi_encode(),
            Self::Verifier => ZkRomVerifier::verifyCall { values, proof }.abi_encode(),
        }
        .into()
    }
}

impl From<&PublicValues> for Values {
    fn from(v: &PublicValues) -> Self {
        Self {
            romDigest: v.rom_digest,
            configHash: v.config_hash,
            chainId: v.chain_id,
            firstBlock: v.first_block,
            lastBlock: v.last_block,
            parentHash: v.parent_hash,
            lastBlockHash: v.last_block_hash,
            preStateRoot: v.pre_state_root,
            postStateRoot: v.post_state_root,
        }
    }
}

impl From<&Groth16Proof> for Proof {
    fn from(proof: &Groth16Proof) -> Self {
        let [a_x, a_y, b_x1, b_x0, b_y1, b_y0, c_x, c_y] = proof.words;
        Self { aX: a_x, aY: a_y, bX1: b_x1, bX0: b_x0, bY1: b_y1, bY0: b_y0, cX: c_x, cY: c_y }
    }
}
