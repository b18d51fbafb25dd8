// The `zkrom` binary, for the tools that need it. `npm test` passes without: what it makes is committed.
import { execFileSync, spawnSync } from "node:child_process";
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

/** Runs a verb that may fail; the message is on one line, without the frame that wraps it. */
export function tryZkrom(...args) {
  const { status, stdout, stderr, error } = spawnSync(need(), [...args, "--json"], { encoding: "utf8" });
  if (error) throw error;
  return { status, stdout, message: stderr.replace(/[│×╰─▶├]/g, " ").split(/\s+/).join(" ").trim() };
}
