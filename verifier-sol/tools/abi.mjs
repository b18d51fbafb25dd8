#!/usr/bin/env node
// The contracts' ABI in abi/, for those who call them: `zkrom submit` is tested against it.
//
//   node tools/abi.mjs            compares abi/ with the last build in out/
//   node tools/abi.mjs --write    writes it
import fs from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CONTRACTS = ["StateChain", "ZkRomRouter", "ZkRomVerifier"];

for (const name of CONTRACTS) {
  const { abi } = JSON.parse(fs.readFileSync(`${ROOT}out/${name}.sol/${name}.json`, "utf8"));
  const [text, file] = [`${JSON.stringify(abi, null, 2)}\n`, `${ROOT}abi/${name}.json`];
  if (process.argv.includes("--write")) {
    fs.mkdirSync(`${ROOT}abi`, { recursive: true });
    fs.writeFileSync(file, text);
  } else if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) {
    process.stderr.write(`abi/${name}.json is stale: forge build && node tools/abi.mjs --write\n`);
    process.exit(1);
  }
}
