#!/usr/bin/env node
// Everything a change of the contracts must pass, in order; stops at the first failure.
//
//   npm test                     all steps
//   npm test -- tests coverage   only these
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = path.join(ROOT, "node_modules", ".bin");
const GAS = "test/Gas.t.sol";

/** Artifacts of a step's own: forge takes a build of a part, or one for coverage, for the whole. */
const apart = (step) => ({ FOUNDRY_OUT: `cache/${step}/out`, FOUNDRY_CACHE_PATH: `cache/${step}/cache` });

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, ...env, PATH: `${BIN}${path.delimiter}${process.env.PATH}` },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${status}`);
}

/** Every line of src/ that lcov counts must have been reached; generated contracts live elsewhere or say so. */
function requireFullCoverage(report) {
  const missing = [];
  let [file, lines] = ["", 0];
  for (const line of report.split("\n")) {
    if (line.startsWith("SF:")) file = line.slice(3);
    const hit = /^DA:(\d+),(\d+)/.exec(line);
    if (!hit || !file.startsWith("src/") || isGenerated(file)) continue;
    lines++;
    if (hit[2] === "0") missing.push(`${file}:${hit[1]}`);
  }
  if (lines === 0) throw new Error("the coverage report has no line of src/");
  if (missing.length > 0) throw new Error(`not covered: ${missing.join(", ")}`);
  process.stdout.write(`coverage: ${lines} of ${lines} lines of src/\n`);
}

function isGenerated(file) {
  return fs.readFileSync(path.join(ROOT, file), "utf8").includes("// Generated from templates/");
}

const STEPS = {
  format: () => run("forge", ["fmt", "--check"]),
  lint: () => run("forge", ["lint", "--deny", "warnings", "src", "script"], apart("lint")),
  // src/ on its own, so that warnings of dependencies cannot hide its own.
  warnings: () => run("forge", ["build", "src", "--deny", "warnings", "--sizes"], apart("warnings")),
  tools: () => run("node", ["--test", "--test-reporter", "dot", "tools/test/"]),
  // The gas figures in snapshots/ are compared, not written.
  tests: () => run("forge", ["test"], { FORGE_SNAPSHOT_CHECK: "true" }),
  // Coverage is measured on unoptimized code, whose gas means nothing.
  coverage: () => {
    const few = { FOUNDRY_FUZZ_RUNS: "32", FOUNDRY_INVARIANT_RUNS: "4" };
    run("forge", ["coverage", "--no-match-path", GAS, "--report", "lcov"], { ...apart("coverage"), ...few });
    requireFullCoverage(fs.readFileSync(path.join(ROOT, "lcov.info"), "utf8"));
  },
  e2e: () => run("node", ["tools/e2e.mjs"]),
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(STEPS);
const times = [];
for (const name of wanted) {
  if (!(name in STEPS)) {
    process.stderr.write(`unknown step ${name}; there are ${Object.keys(STEPS).join(", ")}\n`);
    process.exit(2);
  }
  process.stdout.write(`\n== ${name}\n`);
  const start = Date.now();
  try {
    STEPS[name]();
  } catch (e) {
    process.stderr.write(`\nverifier-sol: ${name} failed: ${e.message}\n`);
    process.exit(1);
  }
  times.push(`${name} ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
process.stdout.write(`\nverifier-sol: all passed (${times.join(", ")})\n`);
