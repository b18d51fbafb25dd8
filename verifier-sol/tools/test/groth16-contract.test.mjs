// The generator: what is committed is what it writes, byte for byte, and it refuses what it cannot write.
import assert from "node:assert/strict";
import fs from "node:fs";
import test from "node:test";
import { keyWords, render, template } from "../groth16-contract.mjs";
import { TOY_CONTRACT } from "../lib/fixture-statements.mjs";

const file = (path) => fs.readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const key = () => JSON.parse(file("test/fixtures/toy/verification_key.json"));

test("the committed contract is the template with the fixtures' key", () => {
  assert.equal(render(template(), key(), TOY_CONTRACT), file(`test/generated/${TOY_CONTRACT.contract}.sol`));
});

test("each of the 18 words has its place", () => {
  const source = render(template(), key(), TOY_CONTRACT);
  const words = Object.entries(keyWords(key()));
  assert.equal(words.length, 18);
  for (const [name, word] of words) {
    assert(source.includes(`${name} = 0x${word.toString(16).padStart(64, "0")};`), name);
  }
  assert(!source.includes("{{"));
});

test("a template that asks for too much or too little is refused", () => {
  assert.throws(() => render(`${template()}{{EXTRA}}`, key(), TOY_CONTRACT), /unknown value EXTRA/);
  assert.throws(() => render(template().replace("{{IC1_Y}}", "0"), key(), TOY_CONTRACT), /does not use IC1_Y/);
});

const refused = {
  "another proof system": [(k) => (k.protocol = "plonk"), /groth16/],
  "another curve": [(k) => (k.curve = "bls12381"), /bn128/],
  "two public inputs": [(k) => (k.nPublic = 2), /one public input/],
  "a missing IC point": [(k) => k.IC.pop(), /one public input/],
  "a surplus IC point": [(k) => k.IC.push(k.IC[0]), /one public input/],
  "infinity in G1": [(k) => (k.vk_alpha_1 = ["0", "1", "0"]), /ALPHA/],
  "infinity in G2": [(k) => (k.vk_delta_2 = [["0", "0"], ["1", "0"], ["0", "0"]]), /DELTA/],
};

for (const [what, [change, message]] of Object.entries(refused)) {
  test(`a key with ${what} is refused`, () => {
    const changed = key();
    change(changed);
    assert.throws(() => render(template(), changed, TOY_CONTRACT), message);
  });
}
