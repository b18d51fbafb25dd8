#!/usr/bin/env node
// The wrap's way to and from a ceremony, with the real snarkjs and a toy circuit: our .r1cs, snarkjs's powers of tau and set-up, our proof from its .zkey,
// snarkjs's verdict; and a proof by our development key.
//
//   cargo build --release -p zkrom-snark-wrapper --example ceremony_toy
//   node tools/ceremony-toy.mjs ../target/release/examples/ceremony_toy
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as snarkjs from "snarkjs";

const binary = process.argv[2];
if (!binary) throw new Error("the path of the built example is expected");
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ceremony-toy-"));
const file = (name) => path.join(directory, name);
const entropy = () => randomBytes(32).toString("hex");

function run(expected, ...args) {
  const { status, stderr } = spawnSync(binary, args, { encoding: "utf8" });
  if (status !== expected) throw new Error(`${args.join(" ")}: exit ${status}, expected ${expected}\n${stderr}`);
  return stderr;
}

async function verdict(name) {
  const [key, proof, inputs] = ["verification_key", "proof", "public"].map((n) =>
    JSON.parse(fs.readFileSync(path.join(file(name), `${n}.json`), "utf8")),
  );
  if (!(await snarkjs.groth16.verify(key, inputs, proof))) throw new Error(`${name}: snarkjs refuses the proof`);
  const wrong = [String(BigInt(inputs[0]) + 1n), ...inputs.slice(1)];
  if (await snarkjs.groth16.verify(key, wrong, proof)) throw new Error(`${name}: snarkjs accepts a wrong input`);
  return key;
}

const curve = await snarkjs.curves.getCurveFromName("bn128");
try {
  run(0, "r1cs", file("toy.r1cs"));
  const [t0, t1, t2, tau] = [0, 0, 0, 0].map(() => ({ type: "mem" }));
  await snarkjs.powersOfTau.newAccumulator(curve, 9, t0);
  await snarkjs.powersOfTau.contribute(t0, t1, "toy", entropy());
  await snarkjs.powersOfTau.beacon(t1, t2, "beacon", entropy(), 10);
  await snarkjs.powersOfTau.preparePhase2(t2, tau);
  await snarkjs.zKey.newZKey(file("toy.r1cs"), tau, file("0.zkey"));
  await snarkjs.zKey.contribute(file("0.zkey"), file("1.zkey"), "toy", entropy());
  await snarkjs.zKey.beacon(file("1.zkey"), file("final.zkey"), "beacon", entropy(), 10);
  if (!(await snarkjs.zKey.verifyFromR1cs(file("toy.r1cs"), tau, file("final.zkey")))) {
    throw new Error("snarkjs does not find our constraints in its key");
  }
  run(0, "prove", file("final.zkey"), file("ceremony"));
  const key = await verdict("ceremony");
  const theirs = await snarkjs.zKey.exportVerificationKey(file("final.zkey"));
  for (const name of Object.keys(key)) {
    if (JSON.stringify(key[name]) !== JSON.stringify(theirs[name])) throw new Error(`${name} differs from snarkjs's`);
  }
  // The key before any contribution is forgeable and refused.
  if (!run(2, "prove", file("0.zkey"), file("none")).includes("refused")) throw new Error("no reason is given");
  run(0, "unsafe-development", file("development"));
  await verdict("development");
  process.stdout.write("snarkjs and ours agree\n");
} finally {
  await curve.terminate();
  fs.rmSync(directory, { recursive: true });
}
