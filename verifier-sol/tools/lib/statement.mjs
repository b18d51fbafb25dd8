// The EVM statement's public values and their hash to the circuit's input: StatementHash.sol in JavaScript.
import { createHash } from "node:crypto";

/** Fields of the Solidity struct PublicValues, in order. */
export const FIELDS = [
  "romDigest", "configHash", "chainId", "firstBlock", "lastBlock",
  "parentHash", "lastBlockHash", "preStateRoot", "postStateRoot",
];

/** One 32-byte word, big-endian, of a number or a hexadecimal string. */
export function word(value) {
  return Buffer.from(BigInt(value).toString(16).padStart(64, "0"), "hex");
}

/** romDigest ‖ O[0..8], 9 words. */
export function preimage(values) {
  return Buffer.concat(FIELDS.map((name) => word(values[name])));
}

/** sha256 with the top three bits cleared. */
export function publicInput(values) {
  const digest = createHash("sha256").update(preimage(values)).digest();
  digest[0] &= 0x1f;
  return BigInt(`0x${digest.toString("hex")}`);
}

/** A snarkjs proof as the eight words of the Solidity struct Proof (EIP-197 order). */
function proofWords(proof) {
  const [a, b, c] = [proof.pi_a, proof.pi_b, proof.pi_c];
  return [a[0], a[1], b[0][1], b[0][0], b[1][1], b[1][0], c[0], c[1]].map(BigInt);
}

/** Calldata of a function whose arguments are the public values and the proof, nine and eight words. */
export function calldata(fourBytes, values, proof) {
  const words = [...FIELDS.map((name) => values[name]), ...proofWords(proof)].map(word);
  return fourBytes + Buffer.concat(words).toString("hex");
}
