// The contracts of the fixtures on a node, put there by the deployment script.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { foundry } from "./foundry.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
// Artifacts of its own: forge cannot always find a script among those that builds of parts and coverage left.
const BUILD = { FOUNDRY_OUT: "cache/e2e/out", FOUNDRY_CACHE_PATH: "cache/e2e/cache" };

export const readJson = (file) => JSON.parse(fs.readFileSync(ROOT + file, "utf8"));

/** Path of a file of a fixture, and its content. */
export const fixturePath = (name, file) => `${ROOT}test/fixtures/toy/${name}/${file}.json`;

export function fixture(name) {
  const read = (file) => JSON.parse(fs.readFileSync(fixturePath(name, file), "utf8"));
  return { values: read("values"), proof: read("proof") };
}

function forge(config, ...args) {
  execFileSync(foundry("forge"), args, {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...BUILD, ZKROM_DEPLOY_CONFIG: config, ZKROM_DEPLOY_OUT: "deployments/e2e.json" },
  });
}

/** Deploys what a configuration file of script/config says; returns the addresses of groth16, verifier, router and chain. */
export function deploy(url, sender, config = "script/config/toy.json") {
  // The script names the Groth16 verifier at run time, so forge does not see that it has to be compiled.
  forge(config, "build", "src", "script", "test/generated");
  forge(config, "script", "script/Deploy.s.sol", "--rpc-url", url, "--broadcast", "--unlocked", "--sender", sender);
  return readJson("deployments/e2e.json");
}

/** First four bytes of a call to a function of a contract. */
export function functionSelector(contract, name) {
  const { methodIdentifiers } = readJson(`${BUILD.FOUNDRY_OUT}/${contract}.sol/${contract}.json`);
  return `0x${Object.entries(methodIdentifiers).find(([signature]) => signature.startsWith(`${name}(`))[1]}`;
}
