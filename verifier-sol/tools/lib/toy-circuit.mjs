// A circuit small enough to be set up in seconds: public x, private a and b, one constraint a·b = x.
//
// It proves nothing about x, since every x has a factorisation in a field: that is what lets a fixture be a real
// Groth16 proof of the public input of any made-up statement.
import { createHash } from "node:crypto";

/** Order of BN254's scalar field. */
export const R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;

const u32 = (n) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n);
  return b;
};
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const field = (n) => Buffer.from(n.toString(16).padStart(64, "0"), "hex").reverse();

/** A file in iden3's container: magic, version, then sections with their number and length. */
function container(magic, version, sections) {
  const parts = [Buffer.from(magic, "ascii"), u32(version), u32(sections.length)];
  for (const [id, data] of sections) parts.push(u32(id), u64(data.length), data);
  return new Uint8Array(Buffer.concat(parts));
}

/** Wires: 0 is the constant one, 1 the public x, 2 and 3 the private a and b. */
const WIRES = 4;

/** The circuit in iden3's `.r1cs` format. */
export function r1cs() {
  const wire = (id) => Buffer.concat([u32(1), u32(id), field(1n)]);
  const header = Buffer.concat([
    u32(32), field(R), u32(WIRES), u32(0), u32(1), u32(2), u64(WIRES), u32(1),
  ]);
  const labels = Buffer.concat(Array.from({ length: WIRES }, (_, id) => u64(id)));
  return container("r1cs", 1, [
    [1, header],
    [2, Buffer.concat([wire(2), wire(3), wire(1)])],
    [3, labels],
  ]);
}

/** A witness for x in iden3's `.wtns` format; a is derived from x, b = x / a. */
export function witness(x) {
  const a = BigInt(`0x${createHash("sha256").update(field(x)).digest("hex")}`) % R;
  const b = (x * inverse(a)) % R;
  return container("wtns", 2, [
    [1, Buffer.concat([u32(32), field(R), u32(WIRES)])],
    [2, Buffer.concat([1n, x, a, b].map(field))],
  ]);
}

/** Fermat: a^(R - 2). */
function inverse(a) {
  let [base, exponent, result] = [a, R - 2n, 1n];
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % R;
    base = (base * base) % R;
  }
  return result;
}
