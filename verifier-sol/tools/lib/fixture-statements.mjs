// The made-up statements that the fixtures prove. Blocks 101.. of chain 4242 follow a genesis at block 100; what
// is not on the straight path is what a contract must refuse although its proof is real.
import { createHash } from "node:crypto";

const name = (text) => `0x${createHash("sha256").update(`zkrom fixture: ${text}`).digest("hex")}`;

/** A block's hash and state root, by label. */
const block = (number, label) => ({ number, hash: name(`hash ${label}`), root: name(`root ${label}`) });

const genesis = block(100, "100");
const b101 = block(101, "101");
const b105 = block(105, "105");
const b106 = block(106, "106");
const b107 = block(107, "107");
const fork103 = block(103, "103 of a fork");
const fork104 = block(104, "104 of a fork");

const ROM_1 = name("rom 1");
const ROM_2 = name("rom 2");

/** The statement that leads from one block to a later one. */
function step(from, to, changes = {}) {
  return {
    romDigest: ROM_1,
    configHash: name("config"),
    chainId: 4242,
    firstBlock: from.number + 1,
    lastBlock: to.number,
    parentHash: from.hash,
    lastBlockHash: to.hash,
    preStateRoot: from.root,
    postStateRoot: to.root,
    ...changes,
  };
}

export const statements = {
  // The straight path, one or several blocks at a time, and a fork that leaves it at 101.
  step1: step(genesis, b101),
  step2: step(b101, b105),
  step3: step(b105, b106),
  fork1: step(b101, fork103),
  fork2: step(fork103, fork104),
  // After a change of ROM.
  newRomStep2: step(b101, b105, { romDigest: ROM_2 }),
  newRomStep4: step(b106, b107, { romDigest: ROM_2 }),
  // Real proofs that do not start where the chain is.
  otherNumber: step(genesis, b101, { firstBlock: 102, lastBlock: 102 }),
  otherParent: step(genesis, b101, { parentHash: name("another parent") }),
  otherPreState: step(genesis, b101, { preStateRoot: name("another root") }),
  emptyRange: step(genesis, b101, { lastBlock: 100 }),
  hugeNumber: step(genesis, b101, { lastBlock: `0x1${"0".repeat(16)}` }),
  // Real proofs of another machine or chain.
  otherConfig: step(genesis, b101, { configHash: name("another config") }),
  otherChain: step(genesis, b101, { chainId: 1 }),
};

/** How `zkrom export-verifier` makes the contract of the fixtures' key; a Rust test compares it byte by byte. */
export const TOY_CONTRACT = {
  contract: "ToyGroth16Verifier",
  root: "../../src",
  notice: "UNSAFE key of a toy circuit in which every input is provable: for this repository's tests only.",
};
