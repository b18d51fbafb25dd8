#!/usr/bin/env node
// The contracts on a real node: starts anvil, deploys with the script, advances the chain with real proofs, and
// shows that a replay and a proof from another state root are refused.
//
//   node tools/e2e.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { RpcError, connect, selector, startAnvil, transact } from "./lib/node.mjs";
import { FIELDS, proofWords, word } from "./lib/statement.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VERIFY_LIMIT = 240_000;
const ADVANCE_LIMIT = 275_000;

const readJson = (file) => JSON.parse(fs.readFileSync(ROOT + file, "utf8"));
// Artifacts of its own: forge cannot always find a script among those that builds of parts and coverage left.
const BUILD = { FOUNDRY_OUT: "cache/e2e/out", FOUNDRY_CACHE_PATH: "cache/e2e/cache" };

const hex = (buffer) => `0x${buffer.toString("hex")}`;
const say = (text) => process.stdout.write(`e2e: ${text}\n`);

/** Calldata of a function whose arguments are the public values and the proof, nine and eight words. */
function calldata(fourBytes, values, proof) {
  const words = [...FIELDS.map((name) => values[name]), ...proofWords(proof)].map(word);
  return fourBytes + Buffer.concat(words).toString("hex");
}

function fixture(name) {
  const read = (file) => readJson(`test/fixtures/toy/${name}/${file}.json`);
  return { values: read("values"), proof: read("proof") };
}

function forge(...args) {
  execFileSync(`${ROOT}node_modules/.bin/forge`, args, {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...BUILD, ZKROM_DEPLOY_OUT: "deployments/e2e.json" },
  });
}

function deploy(url, sender) {
  // The script names the Groth16 verifier at run time, so forge does not see that it has to be compiled.
  forge("build", "src", "script", "test/generated");
  forge("script", "script/Deploy.s.sol", "--rpc-url", url, "--broadcast", "--unlocked", "--sender", sender);
  return readJson("deployments/e2e.json");
}

async function main(url) {
  const rpc = connect(url);
  const [sender, stranger] = await rpc("eth_accounts");
  const { verifier, chain } = deploy(url, sender);
  say(`deployed: verifier ${verifier}, chain ${chain}`);

  const artifact = (name) => readJson(`${BUILD.FOUNDRY_OUT}/${name}.sol/${name}.json`).methodIdentifiers;
  const advance = `0x${Object.entries(artifact("StateChain")).find(([s]) => s.startsWith("advance("))[1]}`;
  const verify = `0x${Object.entries(artifact("ZkRomVerifier")).find(([s]) => s.startsWith("verify("))[1]}`;
  const head = await selector(rpc, "head()");

  const expectHead = async (number, hash, root) => {
    const got = await rpc("eth_call", { to: chain, data: head }, "latest");
    assert.equal(got, hex(Buffer.concat([number, hash, root].map(word))));
  };
  /** The call reverts with this error, and so does the transaction. */
  const expectRefusal = async (what, data, error) => {
    const reverted = await rpc("eth_call", { from: stranger, to: chain, data }, "latest").catch((e) => e);
    assert(reverted instanceof RpcError, `${what} was accepted`);
    assert.equal(String(reverted.data).slice(0, 10), await selector(rpc, error), `${what}: another error`);
    const { ok, gas } = await transact(rpc, stranger, chain, data);
    assert(!ok, `${what} was accepted in a transaction`);
    say(`refused: ${what} (${error.split("(")[0]}, ${gas} gas)`);
  };
  const accept = async (name) => {
    const { values, proof } = fixture(name);
    const { ok, gas, logs } = await transact(rpc, stranger, chain, calldata(advance, values, proof));
    assert(ok, `${name} was refused`);
    assert.equal(logs.length, 1);
    assert(gas <= ADVANCE_LIMIT, `${gas} gas is over ${ADVANCE_LIMIT}`);
    await expectHead(values.lastBlock, values.lastBlockHash, values.postStateRoot);
    say(`accepted: blocks ${values.firstBlock}..${values.lastBlock} (StateChain.advance, ${gas} gas)`);
  };

  const step1 = fixture("step1");
  await expectHead(100, step1.values.parentHash, step1.values.preStateRoot);

  const direct = await transact(rpc, stranger, verifier, calldata(verify, step1.values, step1.proof));
  assert(direct.ok && direct.gas <= VERIFY_LIMIT, `direct verification: ${direct.gas} gas`);
  say(`accepted: a direct verification (ZkRomVerifier.verify, ${direct.gas} gas)`);

  const other = fixture("otherPreState");
  await expectRefusal(
    "a real proof from another state root", calldata(advance, other.values, other.proof),
    "WrongPreState(bytes32,bytes32)",
  );
  await expectRefusal(
    "another state root after the blocks",
    calldata(advance, { ...step1.values, postStateRoot: other.values.preStateRoot }, step1.proof),
    "InvalidProof()",
  );

  await accept("step1");
  const replay = calldata(advance, step1.values, step1.proof);
  await expectRefusal("the same proof again", replay, "WrongFirstBlock(uint256,uint256)");
  await accept("step2");
  await accept("step3");
  await expectRefusal("the first proof again", replay, "WrongFirstBlock(uint256,uint256)");
}

const anvil = await startAnvil();
try {
  await main(anvil.url);
  say("ok");
} finally {
  anvil.stop();
}
