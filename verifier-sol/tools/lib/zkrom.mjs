// The `zkrom` binary, for the tools that need it. `npm test` passes without: what it makes is committed.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../../target/release/zkrom", import.meta.url));

/** Path of the binary: `ZKROM` names it, the workspace's own build is the default. Undefined if there is none. */
export function zkromPath() {
  const named = process.env.ZKROM;
  if (named && !fs.existsSync(named)) throw new Error(`ZKROM names ${named}, which does not exist`);
  return named || (fs.existsSync(BUILT) ? BUILT : undefined);
}

function need() {
  const path = zkromPath();
  if (!path) throw new Error("needs zkrom: cargo build --release -p zkrom, or set ZKROM to the binary");
  return path;
}

/** Runs a verb that must succeed; returns its JSON. */
export function zkrom(...args) {
  const out = execFileSync(need(), [...args, "--json"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(out);
}

/** The message on one line, without the frame that wraps it. */
const unframed = (stderr) => stderr.replace(/[│×╰─▶├]/g, " ").split(/\s+/).join(" ").trim();

/** Runs a verb that may fail. */
export function tryZkrom(...args) {
  const { status, stdout, stderr, error } = spawnSync(need(), [...args, "--json"], { encoding: "utf8" });
  if (error) throw error;
  return { status, stdout, message: unframed(stderr) };
}

/** The same, while this process goes on. */
export function startZkrom(...args) {
  return new Promise((resolve) => {
    execFile(need(), [...args, "--json"], { encoding: "utf8" }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, message: unframed(stderr) });
    });
  });
}
