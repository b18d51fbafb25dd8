#!/usr/bin/env node
// From a block to an accepted transaction: the block is proved and wrapped, the exported proof checked with snarkjs, the
// verifier of its key generated and deployed with the other contracts on a local anvil, and the chain advanced; the same
// proof again, and with another state root, is refused.
//
//   node tools/e2e-block.mjs FOLDER --sample transfer
//   node tools/e2e-block.mjs FOLDER BLOCK.json.gz
//
// FOLDER takes the proofs; what is there already is not proved again. `zkrom setup` has to be run before.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { checkFiles, endWorkers, readFiles, requireContributed } from "./lib/groth16-files.mjs";
import { deploy } from "./lib/deployment.mjs";
import { connect, selector, startAnvil } from "./lib/node.mjs";
import { tryZkrom, zkrom } from "./lib/zkrom.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CHAIN_ID = "31337";
const ADVANCE_LIMIT = 275_000;
const CONTRACT = "LocalGroth16Verifier";
// Both are made here for one key, and are not committed.
const SOURCE = `test/generated/${CONTRACT}.sol`;
const CONFIG = "script/config/local.json";

const say = (text) => process.stdout.write(`e2e: ${text}\n`);
const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

/** Proves and wraps; returns the folder of the exported files. */
function prove(folder, block) {
  fs.mkdirSync(folder, { recursive: true });
  const file = (name) => path.join(folder, name);
  if (!fs.existsSync(file("block.proof"))) {
    const { seconds, proof_bytes: bytes } = zkrom("prove", ...block, "-o", file("block.proof"));
    say(`block proved in ${seconds.prove.toFixed(1)} s (${bytes} bytes)`);
  }
  if (!fs.existsSync(file("block.snark"))) {
    const { seconds, peakGib } = zkrom("wrap", file("block.proof"), "-o", file("block.snark"), "--export", file("export"));
    for (const [step, time] of seconds) say(`  ${step}: ${time.toFixed(1)} s`);
    say(`wrapped; at most ${peakGib?.toFixed(1)} GiB`);
  }
  const { milliseconds } = zkrom("verify", file("block.snark"), "--key", file("export/verification_key.json"));
  say(`verified natively in ${milliseconds} ms`);
  return file("export");
}

/** Writes the contract of the key and the deployment's configuration; the chain stands before the block. */
function prepare(exported) {
  const values = readJson(path.join(exported, "values.json"));
  const key = path.join(exported, "verification_key.json");
  const { keyDigest } = zkrom(
    "export-verifier", key, "-o", ROOT + SOURCE, "--contract", CONTRACT, "--root", "../../src",
  );
  const config = {
    groth16: { artifact: `${CONTRACT}.sol:${CONTRACT}`, keyDigest },
    version: 1,
    delay: 604800,
    romDigest: values.romDigest,
    configHash: values.configHash,
    chainId: Number(values.chainId),
    genesis: {
      number: Number(values.firstBlock) - 1,
      hash: values.parentHash,
      stateRoot: values.preStateRoot,
    },
  };
  fs.writeFileSync(ROOT + CONFIG, `${JSON.stringify(config, null, 2)}\n`);
  return values;
}

async function onChain(url, exported, values) {
  const rpc = connect(url);
  const [owner, account] = await rpc("eth_accounts");
  const { chain } = deploy(url, owner, CONFIG);
  say(`deployed: chain ${chain}`);
  const head = async () => rpc("eth_call", { to: chain, data: await selector(rpc, "head()") }, "latest");
  const file = (name) => path.join(exported, name);
  const to = ["--rpc", url, "--chain-id", CHAIN_ID, "--to", chain];
  const submit = (proofValues) => [file("proof.json"), proofValues, ...to, "--from", account];

  const other = file("other-values.json");
  fs.writeFileSync(other, JSON.stringify({ ...values, postStateRoot: values.preStateRoot }));
  const refused = tryZkrom("submit", ...submit(other));
  assert.equal(refused.status, 1, "another state root was accepted");
  assert(refused.message.includes("InvalidProof"), refused.message);
  say("refused: the proof with another state root");
  fs.rmSync(other);

  const { transaction } = zkrom("submit", ...submit(file("values.json")), "--public", file("public.json"));
  assert(transaction.gasUsed <= ADVANCE_LIMIT, `${transaction.gasUsed} gas is over ${ADVANCE_LIMIT}`);
  assert((await head()).endsWith(values.postStateRoot.slice(2)), "the chain has another head");
  say(`accepted: block ${Number(values.lastBlock)}, ${transaction.gasUsed} gas; the chain's state root is ${values.postStateRoot}`);

  const again = tryZkrom("submit", ...submit(file("values.json")));
  assert.equal(again.status, 1, "the same proof was accepted again");
  assert(again.message.includes("WrongFirstBlock"), again.message);
  say("refused: the same proof again");
}

const [folder, ...block] = process.argv.slice(2);
if (!folder || block.length === 0) {
  process.stderr.write("usage: node tools/e2e-block.mjs FOLDER (BLOCK | --sample NAME)\n");
  process.exit(2);
}
const exported = prove(path.resolve(folder), block);
const files = readFiles(exported);
requireContributed(files.key);
say(`snarkjs accepts the proof, and refuses it after each of ${await checkFiles(files)} changes`);
await endWorkers();
const values = prepare(exported);
const anvil = await startAnvil();
try {
  await onChain(anvil.url, exported, values);
  say("ok");
} finally {
  anvil.stop();
}
