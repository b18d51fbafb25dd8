#!/usr/bin/env node
// A circuit's set-up with the real snarkjs: from an iden3 `.r1cs` to a `.zkey` that the prover imports.
//
//   node tools/ceremony.mjs CIRCUIT.r1cs -o FOLDER [--ptau FILE] [--contributions N] [--beacon HEX] [--wtns FILE]
//
// FOLDER gets circuit.zkey, verification_key.json and transcript.json (what each contribution hashed to); with a
// witness, proof.json and public.json too, which are then judged as in snarkjs-check.mjs.
//
// The powers of tau come from --ptau (a phase-2 file of a public ceremony); without it they are made here, and
// then everything is one person's word. N contributions are made here with fresh randomness: in a real ceremony
// each is another person's, on another machine (snarkjs zkey contribute), and one honest one is enough.
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import * as snarkjs from "snarkjs";
import { checkFiles, endWorkers, requireContributed } from "./lib/groth16-files.mjs";

const USAGE =
  "usage: ceremony.mjs CIRCUIT.r1cs -o FOLDER [--ptau FILE] [--contributions N] [--beacon HEX] [--wtns FILE]\n";
const entropy = () => randomBytes(64).toString("hex");

/** By pieces: a `.zkey` can be larger than a buffer may be. */
function sha256(file) {
  const [hash, piece, from] = [createHash("sha256"), Buffer.alloc(1 << 20), fs.openSync(file, "r")];
  for (let n; (n = fs.readSync(from, piece)) > 0; ) hash.update(piece.subarray(0, n));
  fs.closeSync(from);
  return hash.digest("hex");
}

/** The least power p with 2^p >= constraints + public inputs + outputs + 1. */
async function leastPower(r1cs) {
  const { nConstraints, nPubInputs, nOutputs } = await snarkjs.r1cs.info(r1cs);
  return Math.max(1, Math.ceil(Math.log2(nConstraints + nPubInputs + nOutputs + 1)));
}

/** Phase 1, made here. */
async function powersOfTau(power, at) {
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  await snarkjs.powersOfTau.newAccumulator(curve, power, at("tau0"));
  await snarkjs.powersOfTau.contribute(at("tau0"), at("tau1"), "phase 1", entropy());
  await snarkjs.powersOfTau.preparePhase2(at("tau1"), at("phase2.ptau"));
  return at("phase2.ptau");
}

/** Phase 2; returns the contributions' hashes. */
async function contribute(zkeys, count, beacon) {
  const transcript = [];
  for (let i = 0; i < count; i++) {
    const name = `contribution ${i + 1}`;
    const hash = await snarkjs.zKey.contribute(zkeys(i), zkeys(i + 1), name, entropy());
    transcript.push({ name, hash: Buffer.from(hash).toString("hex") });
  }
  // A public value drawn after the last contribution: nobody can have bent the key towards something. Drawn here,
  // it is only one more contribution.
  const value = beacon ?? randomBytes(32).toString("hex");
  const name = beacon ? "beacon" : "beacon, drawn here";
  const hash = await snarkjs.zKey.beacon(zkeys(count), zkeys(count + 1), name, value, 10);
  transcript.push({ name, value, hash: Buffer.from(hash).toString("hex") });
  return transcript;
}

async function main(r1cs, options) {
  const out = (name) => path.join(options.output, name);
  fs.mkdirSync(options.output, { recursive: true });
  const scratch = fs.mkdtempSync(out("scratch-"));
  try {
    const at = (name) => path.join(scratch, name);
    const zkeys = (i) => at(`${i}.zkey`);
    const ptau = options.ptau ?? (await powersOfTau(await leastPower(r1cs), at));
    if ((await snarkjs.zKey.newZKey(r1cs, ptau, zkeys(0))) === -1) throw new Error("snarkjs refuses the circuit");
    const contributions = await contribute(zkeys, options.contributions, options.beacon);
    const last = zkeys(options.contributions + 1);
    // From the circuit itself, not from the first .zkey: whoever made that could have changed the circuit.
    if (!(await snarkjs.zKey.verifyFromR1cs(r1cs, ptau, last))) throw new Error("the set-up does not verify");
    const key = await snarkjs.zKey.exportVerificationKey(last);
    requireContributed(key);
    fs.copyFileSync(last, out("circuit.zkey"));
    const write = (name, data) => fs.writeFileSync(out(name), `${JSON.stringify(data, null, 2)}\n`);
    write("verification_key.json", key);
    write("transcript.json", {
      r1cs: sha256(r1cs), ptau: options.ptau ? sha256(ptau) : "made here, by one person",
      contributions, zkey: sha256(out("circuit.zkey")),
    });
    process.stdout.write(`${out("circuit.zkey")}: ${contributions.length} contributions, verified\n`);
    if (!options.wtns) return;
    const { proof, publicSignals } = await snarkjs.groth16.prove(out("circuit.zkey"), options.wtns);
    write("proof.json", proof);
    write("public.json", publicSignals);
    const tried = await checkFiles({ key, proof, inputs: publicSignals });
    process.stdout.write(`a proof is accepted, and refused after each of ${tried} changes\n`);
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

function read(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o" },
      ptau: { type: "string" },
      contributions: { type: "string", default: "2" },
      beacon: { type: "string" },
      wtns: { type: "string" },
    },
  });
  const contributions = Number(values.contributions);
  const [count, hex] = [Number.isInteger(contributions) && contributions >= 1, /^([0-9a-f]{2})+$/];
  if (positionals.length !== 1 || !values.output || !count || !hex.test(values.beacon ?? "00")) {
    throw new Error("wrong usage");
  }
  return [positionals[0], { ...values, contributions }];
}

let request;
try {
  request = read(process.argv.slice(2));
} catch {
  process.stderr.write(USAGE);
  process.exit(2);
}
try {
  await main(...request);
} catch (e) {
  process.stderr.write(`ceremony: ${e.message}\n`);
  process.exitCode = 1;
} finally {
  await endWorkers();
}
