// Where forge and anvil are: in their packages, since not every npm links the programs of optional packages.
import fs from "node:fs";
import { fileURLToPath } from "node:url";

const ARCH = { x64: "amd64", arm64: "arm64" };

/** Path of `forge` or `anvil`. npm says nothing where it could not download an optional package. */
export function foundry(tool) {
  const name = `@foundry-rs/${tool}-${process.platform}-${ARCH[process.arch] ?? process.arch}`;
  const path = fileURLToPath(new URL(`../../node_modules/${name}/bin/${tool}`, import.meta.url));
  if (!fs.existsSync(path)) throw new Error(`no ${name}: npm ci again (it is silent where a download fails)`);
  return path;
}
