// Compiles src/*.sol into bytecode/: creation code of the contracts that samples deploy, runtime code of those that
// samples place in a pre-state. Run here: npm ci --ignore-scripts && npm run build
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import solc from "solc";

const CREATION = ["Token", "Factory"];
const RUNTIME = ["PeerToken", "Giver"];

const sources = {};
for (const file of readdirSync("src").sort()) {
  sources[file] = { content: readFileSync(`src/${file}`, "utf8") };
}
const input = {
  language: "Solidity",
  sources,
  settings: {
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "paris",
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"] } },
  },
};
const imports = (path) => ({ contents: readFileSync(`node_modules/${path}`, "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imports }));
const problems = (output.errors ?? []).map((e) => e.formattedMessage);
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
for (const contracts of Object.values(output.contracts)) {
  for (const [name, contract] of Object.entries(contracts)) {
    const runtime = RUNTIME.includes(name);
    if (!runtime && !CREATION.includes(name)) continue;
    const code = runtime ? contract.evm.deployedBytecode.object : contract.evm.bytecode.object;
    writeFileSync(`bytecode/${name}.${runtime ? "runtime" : "creation"}.hex`, `${code}\n`);
    const slots = contract.storageLayout.storage.map((s) => `${s.label}@${s.slot}+${s.offset}`).join(" ");
    console.log(`${name}: ${code.length / 2} bytes of ${runtime ? "runtime" : "creation"} code; storage ${slots}`);
  }
}
