// What is generated and committed, against what it was made from. A Rust test compares the contract byte by byte
// with what `zkrom export-verifier` writes; here it is only seen whether it is of this template and this key.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import test from "node:test";
import { TOY_CONTRACT } from "../lib/fixture-statements.mjs";
import { word } from "../lib/statement.mjs";

const file = (path) => fs.readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const sha256 = (data) => `0x${createHash("sha256").update(data).digest("hex")}`;
const STALE = "make it again: node tools/make-fixtures.mjs --contract";

const source = file(`test/generated/${TOY_CONTRACT.contract}.sol`);
const key = JSON.parse(file("test/fixtures/toy/verification_key.json"));

/** The key's 18 words in the order of the Solidity struct: the coefficient of u first. */
function keyWords() {
  const g1 = ([x, y]) => [x, y];
  const g2 = ([[x0, x1], [y0, y1]]) => [x1, x0, y1, y0];
  return [
    ...g1(key.vk_alpha_1), ...g2(key.vk_beta_2), ...g2(key.vk_gamma_2), ...g2(key.vk_delta_2),
    ...g1(key.IC[0]), ...g1(key.IC[1]),
  ];
}

test("the committed contract is of this template", () => {
  const template = sha256(file("templates/Groth16Verifier.sol.tpl"));
  assert(source.includes(`// Template: sha256 ${template}\n`), STALE);
});

test("the committed contract is of the fixtures' key", () => {
  const digest = sha256(Buffer.concat(keyWords().map(word)));
  assert(source.includes(`// Key: sha256 ${digest}\n`), STALE);
  assert.equal(JSON.parse(file("script/config/toy.json")).groth16.keyDigest, digest, STALE);
});

test("the template's text is in the contract, with the key's words in its places", () => {
  const parts = file("templates/Groth16Verifier.sol.tpl").split(/\{\{\w+\}\}/);
  let at = 0;
  for (const part of parts) {
    at = source.indexOf(part, at);
    assert(at >= 0, `${STALE}; without ${JSON.stringify(part.slice(0, 60))}`);
    at += part.length;
  }
  assert.equal(at, source.length, STALE);
  for (const w of keyWords()) assert(source.includes(` = 0x${word(w).toString("hex")};`), STALE);
  assert(source.includes(`/// @notice ${TOY_CONTRACT.notice}\n`), STALE);
});
