// Groth16 files in snarkjs's shape, judged by snarkjs: `verification_key.json`, `proof.json`, `public.json`.
import fs from "node:fs";
import path from "node:path";
import * as snarkjs from "snarkjs";
import { R } from "./toy-circuit.mjs";

export function readFiles(folder) {
  const read = (name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
  return { key: read("verification_key.json"), proof: read("proof.json"), inputs: read("public.json") };
}

/** snarkjs's answer; what it cannot even read is refused too. */
async function accepted(key, inputs, proof) {
  try {
    return await snarkjs.groth16.verify(key, inputs, proof);
  } catch {
    return false;
  }
}

const flip = (decimal, bit) => (BigInt(decimal) ^ (1n << BigInt(bit))).toString();

/** Every way to change one bit, at a low and at a high place, of each number of proof and inputs. */
export function* changes({ proof, inputs }) {
  const numbers = [
    ...[0, 1].map((i) => ["pi_a", i]), ...[0, 1].map((i) => ["pi_c", i]),
    ...[0, 1].flatMap((i) => [0, 1].map((j) => ["pi_b", i, j])),
  ];
  for (const bit of [0, 100, 252]) {
    for (const [point, i, j] of numbers) {
      const changed = structuredClone(proof);
      if (j === undefined) changed[point][i] = flip(changed[point][i], bit);
      else changed[point][i][j] = flip(changed[point][i][j], bit);
      yield { what: `bit ${bit} of ${point}[${[i, j].filter((n) => n !== undefined).join("][")}]`, proof: changed, inputs };
    }
    for (let i = 0; i < inputs.length; i++) {
      const other = inputs.map((input, k) => (k === i ? flip(input, bit) : input));
      yield { what: `bit ${bit} of input ${i}`, proof, inputs: other };
    }
  }
  // snarkjs refuses the other representative of an input only since 0.7: it must, as the contract does.
  yield { what: "input + r", proof, inputs: inputs.map((input) => (BigInt(input) + R).toString()) };
}

/** snarkjs accepts the files and refuses them after any change. Returns the number of changes tried. */
export async function checkFiles(files) {
  if (!(await accepted(files.key, files.inputs, files.proof))) throw new Error("snarkjs refuses the proof");
  let tried = 0;
  for (const { what, proof, inputs } of changes(files)) {
    if (await accepted(files.key, inputs, proof)) throw new Error(`snarkjs accepts it after a change: ${what}`);
    tried++;
  }
  return tried;
}

/** A key in which gamma or delta is what a set-up without contributions leaves is forgeable: see KeyCheck.sol. */
export function requireContributed(key) {
  const x = (point) => JSON.stringify(point[0].map(String));
  if (x(key.vk_gamma_2) === x(key.vk_delta_2)) throw new Error("gamma = ±delta: the set-up has had no contribution");
}

/** snarkjs keeps worker threads that would hold the process. */
export async function endWorkers() {
  await (await snarkjs.curves.getCurveFromName("bn128")).terminate();
}
