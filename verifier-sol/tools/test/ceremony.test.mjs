// The set-up by files, as for the full circuit: an .r1cs goes in, a .zkey and a proof that snarkjs accepts come out.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import * as snarkjs from "snarkjs";
import { changes, checkFiles, readFiles, requireContributed } from "../lib/groth16-files.mjs";
import { r1cs, witness } from "../lib/toy-circuit.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "zkrom-ceremony-"));
const at = (name) => path.join(folder, name);
const fixture = (name) => fileURLToPath(new URL(`../../test/fixtures/toy/${name}`, import.meta.url));

function tool(name, ...args) {
  const script = fileURLToPath(new URL(`../${name}.mjs`, import.meta.url));
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
}

after(async () => {
  fs.rmSync(folder, { recursive: true });
  await (await snarkjs.curves.getCurveFromName("bn128")).terminate();
});

test("a ceremony makes a key whose proofs snarkjs accepts", () => {
  fs.writeFileSync(at("toy.r1cs"), r1cs());
  fs.writeFileSync(at("toy.wtns"), witness(4242n));
  const made = tool("ceremony", at("toy.r1cs"), "-o", at("made"), "--wtns", at("toy.wtns"), "--beacon", "0102");
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /3 contributions, verified/);
  const { key, inputs } = readFiles(at("made"));
  assert.deepEqual(inputs, ["4242"]);
  requireContributed(key);
  const transcript = JSON.parse(fs.readFileSync(at("made/transcript.json"), "utf8"));
  assert.equal(new Set(transcript.contributions.map((c) => c.hash)).size, 3);
  // What is left behind: no secret, no scratch.
  assert.deepEqual(fs.readdirSync(at("made")).sort(), [
    "circuit.zkey", "proof.json", "public.json", "transcript.json", "verification_key.json",
  ]);

  const checked = tool("snarkjs-check", at("made"));
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /refuses it after each of 28 changes/);
});

test("the check fails on files that do not fit together", () => {
  fs.cpSync(at("made"), at("mixed"), { recursive: true });
  for (const name of ["proof.json", "public.json", "verification_key.json"]) {
    const of = name === "verification_key.json" ? name : `step1/${name}`;
    fs.copyFileSync(fixture(of), at(`mixed/${name}`));
    const checked = tool("snarkjs-check", at("mixed"));
    assert.equal(checked.status, 1, name);
    assert.match(checked.stderr, /snarkjs refuses the proof/);
    fs.copyFileSync(at(`made/${name}`), at(`mixed/${name}`));
  }
});

test("a key without contributions fails the check", () => {
  const key = JSON.parse(fs.readFileSync(fixture("verification_key_uncontributed.json"), "utf8"));
  assert.throws(() => requireContributed(key), /no contribution/);
});

test("the changes tried are changes, and all different", async () => {
  const files = readFiles(at("made"));
  const seen = new Set([JSON.stringify([files.proof, files.inputs])]);
  for (const { proof, inputs } of changes(files)) seen.add(JSON.stringify([proof, inputs]));
  assert.equal(seen.size, 1 + (await checkFiles(files)));
});

test("wrong usage is code 2, and a file that is no circuit code 1", () => {
  assert.equal(tool("ceremony").status, 2);
  assert.equal(tool("ceremony", at("toy.r1cs"), "-o", at("x"), "--contributions", "0").status, 2);
  assert.equal(tool("ceremony", at("toy.r1cs"), "-o", at("x"), "--beacon", "xyz").status, 2);
  assert.equal(tool("snarkjs-check").status, 2);
  assert.equal(tool("ceremony", at("toy.wtns"), "-o", at("x")).status, 1);
  assert.equal(fs.existsSync(at("x/circuit.zkey")), false);
});
