#!/usr/bin/env node
// Makes the test fixtures anew: a Groth16 key for the toy circuit by snarkjs's own set-up, one real proof for each
// statement of tools/lib/fixture-statements.mjs, and the verifier contract of that key.
//
//   node tools/make-fixtures.mjs                the whole of it
//   node tools/make-fixtures.mjs --contract     the contract only, after a change of its template
//
// The contract is written by `zkrom export-verifier`: build zkrom first.
// Set-up and proofs draw fresh randomness, so every run gives other bytes. Nobody needs to run it to build or test.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import * as snarkjs from "snarkjs";
import { TOY_CONTRACT, statements } from "./lib/fixture-statements.mjs";
import { publicInput } from "./lib/statement.mjs";
import { r1cs, witness } from "./lib/toy-circuit.mjs";
import { zkrom } from "./lib/zkrom.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const entropy = () => randomBytes(32).toString("hex");

/** Powers of tau, phase 2, a contribution and a beacon in each, checked from the circuit at the end. */
async function setUp(circuit) {
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  const mem = () => ({ type: "mem" });
  const [t0, t1, t2, tau, z0, z1, zkey] = [mem(), mem(), mem(), mem(), mem(), mem(), mem()];
  await snarkjs.powersOfTau.newAccumulator(curve, 3, t0);
  await snarkjs.powersOfTau.contribute(t0, t1, "toy", entropy());
  await snarkjs.powersOfTau.beacon(t1, t2, "beacon", entropy(), 10);
  await snarkjs.powersOfTau.preparePhase2(t2, tau);
  await snarkjs.zKey.newZKey(circuit, tau, z0);
  await snarkjs.zKey.contribute(z0, z1, "toy", entropy());
  await snarkjs.zKey.beacon(z1, zkey, "beacon", entropy(), 10);
  if (!(await snarkjs.zKey.verifyFromR1cs(circuit, tau, zkey))) throw new Error("the set-up does not verify");
  // The key before any contribution is forgeable; a test shows that KeyCheck.sol refuses it.
  const uncontributed = await snarkjs.zKey.exportVerificationKey(z0);
  return { curve, zkey, key: await snarkjs.zKey.exportVerificationKey(zkey), uncontributed };
}

function write(file, data) {
  fs.mkdirSync(new URL(".", `file://${ROOT}${file}`), { recursive: true });
  fs.writeFileSync(ROOT + file, typeof data === "string" ? data : `${JSON.stringify(data, null, 2)}\n`);
}

/** The contract of the key, and the deployment configuration that names the key. */
function writeContract() {
  const { contract, root, notice } = TOY_CONTRACT;
  const { keyDigest } = zkrom(
    "export-verifier", `${ROOT}test/fixtures/toy/verification_key.json`,
    "--contract", contract, "--root", root, "--notice", notice,
    "--output", `${ROOT}test/generated/${contract}.sol`,
  );
  const config = JSON.parse(fs.readFileSync(`${ROOT}script/config/toy.json`, "utf8"));
  config.groth16.keyDigest = keyDigest;
  write("script/config/toy.json", config);
}

async function makeProofs() {
  const circuit = { type: "mem", data: r1cs() };
  const { curve, zkey, key, uncontributed } = await setUp(circuit);
  write("test/fixtures/toy/verification_key.json", key);
  write("test/fixtures/toy/verification_key_uncontributed.json", uncontributed);
  for (const [name, values] of Object.entries(statements)) {
    const wtns = { type: "mem", data: witness(publicInput(values)) };
    const { proof, publicSignals } = await snarkjs.groth16.prove(zkey, wtns);
    if (!(await snarkjs.groth16.verify(key, publicSignals, proof))) throw new Error(`${name} does not verify`);
    write(`test/fixtures/toy/${name}/values.json`, values);
    write(`test/fixtures/toy/${name}/proof.json`, proof);
    write(`test/fixtures/toy/${name}/public.json`, publicSignals);
  }
  await curve.terminate();
  process.stdout.write(`${Object.keys(statements).length} proofs written\n`);
}

if (!process.argv.includes("--contract")) await makeProofs();
writeContract();
