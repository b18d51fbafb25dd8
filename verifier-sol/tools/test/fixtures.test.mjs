// The fixtures, judged by snarkjs: real proofs of the statements they name, and of no other.
import assert from "node:assert/strict";
import fs from "node:fs";
import test, { after } from "node:test";
import * as snarkjs from "snarkjs";
import { statements } from "../lib/fixture-statements.mjs";
import { FIELDS, preimage, publicInput } from "../lib/statement.mjs";
import { R } from "../lib/toy-circuit.mjs";

const json = (path) => JSON.parse(fs.readFileSync(new URL(`../../test/fixtures/toy/${path}`, import.meta.url), "utf8"));
const key = json("verification_key.json");

// snarkjs keeps worker threads that would hold the process.
after(async () => (await snarkjs.curves.getCurveFromName("bn128")).terminate());

for (const [name, values] of Object.entries(statements)) {
  test(`${name} is what snarkjs verifies`, async () => {
    assert.deepEqual(json(`${name}/values.json`), values);
    assert.deepEqual(json(`${name}/public.json`), [publicInput(values).toString()]);
    assert(await snarkjs.groth16.verify(key, json(`${name}/public.json`), json(`${name}/proof.json`)));
  });
}

test("snarkjs refuses a changed input, proof or key", async () => {
  const [input, proof] = [json("step1/public.json"), json("step1/proof.json")];
  const one = (n) => (BigInt(n) + 1n).toString();
  assert(!(await snarkjs.groth16.verify(key, [one(input[0])], proof)));
  assert(!(await snarkjs.groth16.verify(key, json("step2/public.json"), proof)));
  assert(!(await snarkjs.groth16.verify(key, input, { ...proof, pi_a: proof.pi_c })));
  assert(!(await snarkjs.groth16.verify({ ...key, vk_alpha_1: key.IC[0] }, input, proof)));
});

test("every value is hashed, in its place", () => {
  const values = Object.fromEntries(FIELDS.map((name, i) => [name, i + 1]));
  const bytes = preimage(values);
  assert.equal(bytes.length, 288);
  const words = Array.from({ length: 9 }, (_, i) => Number(`0x${bytes.subarray(32 * i, 32 * i + 32).toString("hex")}`));
  assert.deepEqual(words, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  // The same known answer stands in test/libraries/StatementHash.t.sol.
  assert.equal(publicInput(values), 0x00f98512e2061d835a0abf1612479f49f74157bc4ac4a5cea5017018ecae03e4n);
  assert(publicInput(values) < R);
});
