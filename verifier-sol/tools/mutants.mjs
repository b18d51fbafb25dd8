#!/usr/bin/env node
// Do the tests notice? One check, event or owner's gate after the other is taken out of the contracts, comparisons
// are shifted by one, and the tests must fail each time. Takes long: not part of `npm test`.
//
//   node tools/mutants.mjs                     all
//   node tools/mutants.mjs StateChain KeyCheck   files whose path contains one of these
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { foundry } from "./lib/foundry.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GENERATED = "test/generated/ToyGroth16Verifier.sol";
const COPIED = ["abi", "foundry.toml", "script", "snapshots", "src", "test", "tools"];
// What is measured is whether a test fails, not how often: fewer runs, no optimizer, no gas.
const ENV = { FOUNDRY_OPTIMIZER: "false", FOUNDRY_FUZZ_RUNS: "24", FOUNDRY_INVARIANT_RUNS: "4" };

// What is matched becomes the pattern's group if it has one, else the text beside it.
const RULES = [
  // Checks.
  [/if \([^;{]*?\) revert [^;]*;/gs, ""],
  [/if \([^;{]*?\) \{\s*revert [^;]*;\s*\}/gs, ""],
  [/^ +(?:_require\w+|_setRom|Timelock\.require\w+|ExactCalldata\.require\w+|KeyCheck\.require\w+)\([^;]*\);/gm, ""],
  [/ onlyOwner(?= \{)/g, ""],
  // Effects.
  [/emit [^;]*;/gs, ""],
  [/delete [^;]*;/g, ""],
  // Boundaries.
  [/(?<=if \([^;{]*) < (?=[^;{]*\))/g, " <= "],
  [/(?<=if \([^;{]*) > (?=[^;{]*\))/g, " >= "],
  // Assembly: each condition of an acceptance.
  [/(?<=ok := )and\(ok, lt\(input, R\)\)/g, "ok"],
  [/(?<=ok := )eq\(calldatasize\(\), 0x124\)/g, "1"],
  [/canonical\((?:proof|add\(proof, 0x\w+\))\)/g, "1"],
  [/iszero\(iszero\([abc]\)\)/g, "1"],
  [/and\(answered, eq\(returndatasize\(\), 0x\w+\)\)/g, "1"],
  [/and\(answered, (eq\(returndatasize\(\), 0x\w+\))\)/g, "the group"],
  [/and\(answered, eq\(returndatasize\(\), 0x\w+\)\)/g, "answered"],
  [/eq\(mload\(0x00\), 1\)/g, "iszero(iszero(mload(0x00)))"],
  [/(?<=ok := )and\(ok, eq\(returndatasize\(\), 0x20\)\)/g, "ok"],
  [/shr\(3, shl\(3, mload\(0x00\)\)\)/g, "mload(0x00)"],
];

function sources() {
  const all = fs.readdirSync(path.join(ROOT, "src"), { recursive: true }).map((f) => path.join("src", f));
  const contracts = all.filter((f) => f.endsWith(".sol") && !/interfaces|types/.test(f));
  return [GENERATED, ...contracts.sort()];
}

/** Every mutant of a file: what is changed, where, and the text after. */
function* mutants(file) {
  const text = fs.readFileSync(path.join(ROOT, file), "utf8");
  for (const [pattern, replacement] of RULES) {
    for (const found of text.matchAll(pattern)) {
      const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
      const changed = found.length > 1 ? found[1] : replacement;
      const what = `${found[0].trim().replace(/\s+/g, " ")} -> ${changed.trim() || "nothing"}`;
      yield { file, line: before.split("\n").length, what, text: before + changed + after };
    }
  }
}

/** Runs tests in the copy: "killed", "survived", or why neither. */
function run(copy, ...filter) {
  const { status, stdout, stderr } = spawnSync(foundry("forge"), ["test", "--fail-fast", ...filter], {
    cwd: copy, encoding: "utf8", env: { ...process.env, ...ENV }, maxBuffer: 1 << 28,
  });
  if (status === 0) return "survived";
  if (/\[FAIL/.test(stdout)) return "killed";
  return `did not compile: ${/Error[^\n]*\n[^\n]*/.exec(stdout + stderr)?.[0] ?? stderr.slice(0, 200)}`;
}

/** The file's own tests first, which is faster; only what survives them meets all. */
function judge(copy, file) {
  const name = path.basename(file, ".sol").replace("Toy", "");
  const verdict = run(copy, "--match-path", `test/**/${name}*.t.sol`);
  return verdict === "survived" ? run(copy, "--no-match-path", "test/Gas.t.sol") : verdict;
}

const wanted = process.argv.slice(2);
const copy = fs.mkdtempSync(path.join(os.tmpdir(), "zkrom-mutants-"));
const counts = { killed: 0, survived: 0, other: 0 };
try {
  for (const name of COPIED) fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, "node_modules"), path.join(copy, "node_modules"));
  if (run(copy, "--no-match-path", "test/Gas.t.sol") !== "survived") throw new Error("the tests fail before anything is changed");
  for (const file of sources()) {
    if (wanted.length > 0 && !wanted.some((name) => file.includes(name))) continue;
    for (const { line, what, text } of mutants(file)) {
      fs.writeFileSync(path.join(copy, file), text);
      const verdict = judge(copy, file);
      counts[verdict in counts ? verdict : "other"]++;
      process.stdout.write(`${verdict.padEnd(8)} ${file}:${line} ${what}\n`);
    }
    fs.copyFileSync(path.join(ROOT, file), path.join(copy, file));
  }
} finally {
  fs.rmSync(copy, { recursive: true });
}
process.stdout.write(`${counts.killed} killed, ${counts.survived} survived, ${counts.other} did not compile\n`);
process.exitCode = counts.survived > 0 ? 1 : 0;
