#!/usr/bin/env node
// Writes a Groth16 verifier contract from a template and a snarkjs-shaped verification key.
//
//   node tools/groth16-contract.mjs KEY.json --contract NAME --root PATH --notice TEXT > NAME.sol
//
// `zkrom export-verifier` does the same for the wrap circuit's key. Placeholders of the template:
//   {{CONTRACT}}  name of the contract
//   {{ROOT}}      import path of `src/`, relative to the generated file
//   {{NOTICE}}    one natspec sentence: what the key is of, and whether it may be trusted
//   {{ALPHA_X}} .. {{IC1_Y}}  the 18 words of the key, 0x and 64 lower-case hexadecimal digits
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TEMPLATE = fileURLToPath(new URL("../templates/Groth16Verifier.sol.tpl", import.meta.url));

const hex = (n) => `0x${n.toString(16).padStart(64, "0")}`;

/** An affine point as snarkjs writes it: its last, projective coordinate must be one. */
function affine(point, name) {
  const flat = point.map((c) => (Array.isArray(c) ? c.map(BigInt) : BigInt(c)));
  const z = flat[2];
  if (Array.isArray(z) ? z[0] !== 1n || z[1] !== 0n : z !== 1n) {
    throw new Error(`${name}: not an affine point, or the point at infinity`);
  }
  return flat;
}

function g1(point, name) {
  const [x, y] = affine(point, name);
  return { [`${name}_X`]: x, [`${name}_Y`]: y };
}

/** The EVM wants the coefficient of u first, snarkjs writes it last. */
function g2(point, name) {
  const [[x0, x1], [y0, y1]] = affine(point, name);
  return { [`${name}_X1`]: x1, [`${name}_X0`]: x0, [`${name}_Y1`]: y1, [`${name}_Y0`]: y0 };
}

/** The 18 words of a key by placeholder, in the order of the Solidity struct. */
export function keyWords(key) {
  if (key.protocol !== "groth16") throw new Error(`expected a groth16 key, got ${key.protocol}`);
  if (key.curve !== "bn128") throw new Error(`expected a key over bn128, got ${key.curve}`);
  if (key.nPublic !== 1 || key.IC.length !== 2) {
    throw new Error(`expected one public input, got ${key.nPublic} and ${key.IC.length} IC points`);
  }
  return {
    ...g1(key.vk_alpha_1, "ALPHA"),
    ...g2(key.vk_beta_2, "BETA"),
    ...g2(key.vk_gamma_2, "GAMMA"),
    ...g2(key.vk_delta_2, "DELTA"),
    ...g1(key.IC[0], "IC0"),
    ...g1(key.IC[1], "IC1"),
  };
}

/** The contract's source. Every placeholder must be known and every value used. */
export function render(template, key, { contract, root, notice }) {
  const values = { CONTRACT: contract, ROOT: root, NOTICE: notice };
  for (const [name, word] of Object.entries(keyWords(key))) values[name] = hex(word);
  const unused = new Set(Object.keys(values));
  const source = template.replace(/\{\{(\w+)\}\}/g, (_, name) => {
    if (!(name in values)) throw new Error(`the template asks for an unknown value ${name}`);
    unused.delete(name);
    return values[name];
  });
  if (unused.size > 0) throw new Error(`the template does not use ${[...unused].join(", ")}`);
  return source;
}

export const template = () => fs.readFileSync(TEMPLATE, "utf8");

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      contract: { type: "string", default: "Groth16Verifier" },
      root: { type: "string", default: "." },
      notice: { type: "string", default: "Key of unknown origin: compare its digest before trusting it." },
    },
  });
  if (positionals.length !== 1) {
    process.stderr.write("usage: groth16-contract.mjs KEY.json [--contract NAME] [--root PATH] [--notice TEXT]\n");
    process.exit(2);
  }
  const key = JSON.parse(fs.readFileSync(positionals[0], "utf8"));
  process.stdout.write(render(template(), key, values));
}
