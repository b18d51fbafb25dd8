#!/usr/bin/env node
// `zkrom submit` against a real node: what it sends, what it refuses to send, and what it says then.
//
//   node tools/e2e-submit.mjs
import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { deploy, fixture, fixturePath, functionSelector } from "./lib/deployment.mjs";
import { connect, selector, startAnvil } from "./lib/node.mjs";
import { calldata } from "./lib/statement.mjs";
import { startZkrom, tryZkrom, zkrom, zkromPath } from "./lib/zkrom.mjs";

const VERIFY_LIMIT = 240_000;
const ADVANCE_LIMIT = 275_000;
const CHAIN_ID = "31337";

const say = (text) => process.stdout.write(`submit: ${text}\n`);

/** A fresh key in a file, and its address. */
async function freshKey(rpc, folder) {
  const ecdh = createECDH("secp256k1");
  ecdh.generateKeys();
  const file = path.join(folder, "key.hex");
  fs.writeFileSync(file, `0x${ecdh.getPrivateKey("hex").padStart(64, "0")}\n`, { mode: 0o600 });
  const hash = await rpc("web3_sha3", `0x${ecdh.getPublicKey("hex").slice(2)}`);
  return { file, address: `0x${hash.slice(-40)}` };
}

async function main(url, folder) {
  const rpc = connect(url);
  const [owner, account] = await rpc("eth_accounts");
  const { chain, verifier, router } = deploy(url, owner);
  const key = await freshKey(rpc, folder);
  await rpc("eth_sendTransaction", { from: account, to: key.address, value: "0xde0b6b3a7640000" });

  const head = async () => Number((await rpc("eth_call", { to: chain, data: await selector(rpc, "head()") }, "latest")).slice(0, 66));
  const files = (name) => [fixturePath(name, "proof"), fixturePath(name, "values")];
  const to = (address, ...rest) => ["--rpc", url, "--chain-id", CHAIN_ID, "--to", address, ...rest];
  /** It must fail with code 1, say this, print no result and send nothing. */
  const refused = async (what, args, ...says) => {
    const before = await rpc("eth_blockNumber");
    const { status, stdout, message } = tryZkrom("submit", ...args);
    assert.equal(status, 1, `${what}: ${message}`);
    assert.equal(stdout, "", what);
    for (const part of says) assert(message.includes(part), `${what}: no ${JSON.stringify(part)} in ${message}`);
    assert.equal(await rpc("eth_blockNumber"), before, `${what}: something was sent`);
    say(`refused: ${what}`);
  };

  await refused("another chain than the node's", [...files("step1"), "--rpc", url, "--chain-id", "1", "--to", chain, "--dry-run"],
    "of another chain: expected chain id 1, got 31337");
  await refused("an address without code", [...files("step1"), ...to(key.address), "--dry-run"], "there is no contract at 0x");
  await refused("a node that is not there", [...files("step1"), "--rpc", "http://127.0.0.1:1", "--chain-id", "1", "--to", chain, "--dry-run"],
    "the node at http://127.0.0.1:1");
  await refused("a URL with TLS", [...files("step1"), "--rpc", "https://127.0.0.1:1", "--chain-id", "1", "--to", chain, "--dry-run"],
    "plain http only");
  await refused("a contract of another kind", [...files("step1"), ...to(chain, "--contract", "verifier"), "--dry-run"],
    "it gave no reason: it has no such function");
  await refused("an unknown version", [...files("step1"), ...to(router, "--contract", "router", "--version", "9"), "--dry-run"],
    "version 9 is unknown", "(VersionNotActive)");
  await refused("a version without a router", [...files("step1"), ...to(chain, "--version", "1"), "--dry-run"],
    "--version goes with --contract router");
  await refused("another public input", [...files("step1"), ...to(chain), "--dry-run", "--public", fixturePath("step2", "public")],
    "the public values hash to");

  const dry = zkrom("submit", ...files("step1"), ...to(chain), "--dry-run", "--public", fixturePath("step1", "public"));
  assert.deepEqual([dry.accepted, dry.sent, dry.calldataBytes], [true, false, 548]);
  assert.equal(await head(), 100, "a dry run changes nothing");
  assert.equal(dry.publicInput, JSON.parse(fs.readFileSync(fixturePath("step1", "public"), "utf8"))[0]);
  say(`dry run: ${dry.estimatedGas} gas estimated`);

  const from = ["--from", account];
  for (const [name, ...says] of [
    ["otherPreState", "another state root: expected 0x", "(WrongPreState)", "nothing was sent"],
    ["otherParent", "(WrongParent)"],
    ["step2", "expected 101, got 102 (WrongFirstBlock)"],
    ["emptyRange", "(WrongLastBlock)"],
    ["otherConfig", "(WrongConfig)"],
    ["otherChain", "expected 4242, got 1 (WrongChain)"],
    ["newRomStep2", "(WrongRom)"],
  ]) {
    await refused(`a real proof of something else (${name})`, [...files(name), ...to(chain, ...from)], ...says);
  }
  const [proof, values] = [fixturePath("step1", "proof"), path.join(folder, "values.json")];
  fs.writeFileSync(values, JSON.stringify({ ...fixture("step1").values, postStateRoot: fixture("step2").values.postStateRoot }));
  await refused("another state root after the blocks", [proof, values, ...to(chain, ...from)], "(InvalidProof)");

  const accept = async (name, limit, ...args) => {
    const { accepted, sent, transaction } = zkrom("submit", ...files(name), ...args);
    const receipt = await rpc("eth_getTransactionReceipt", transaction.hash);
    assert(accepted && sent && receipt.status === "0x1");
    assert.equal(transaction.gasUsed, Number(receipt.gasUsed));
    assert(transaction.gasUsed <= limit, `${transaction.gasUsed} gas is over ${limit}`);
    say(`accepted: ${name}, ${transaction.gasUsed} gas`);
    return receipt;
  };
  const first = await accept("step1", ADVANCE_LIMIT, ...to(chain, "--key", key.file));
  assert.equal(first.from, key.address);
  assert.equal(await head(), 101);
  await refused("the same proof again", [...files("step1"), ...to(chain, ...from)], "expected 102, got 101 (WrongFirstBlock)");
  await accept("step2", ADVANCE_LIMIT, ...to(chain, ...from));
  assert.equal(await head(), 105);
  await accept("step3", VERIFY_LIMIT, ...to(verifier, "--contract", "verifier", ...from));
  await accept("step3", ADVANCE_LIMIT, ...to(router, "--contract", "router", "--version", "1", ...from));

  // Somebody else is faster: the dry run goes through, and then the transaction does not.
  await rpc("evm_setAutomine", false);
  const { values: v, proof: p } = fixture("step3");
  const data = calldata(functionSelector("StateChain", "advance"), v, p);
  const late = startZkrom("submit", ...files("step3"), ...to(chain, ...from));
  for (let i = 0; Number((await rpc("txpool_status")).pending) < 1; i++) {
    assert(i < 600, `nothing was sent: ${JSON.stringify(await Promise.race([late, "still running"]))}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await rpc("eth_sendTransaction", { from: owner, to: chain, data, gas: "0xf4240", gasPrice: "0x174876e800" });
  await rpc("evm_mine");
  await rpc("evm_setAutomine", true);
  const { status, message } = await late;
  assert.equal(status, 1, message);
  for (const part of ["was refused, using", "expected 107, got 106 (WrongFirstBlock)"]) assert(message.includes(part), message);
  assert.equal(await head(), 106);
  say("refused after the dry run: somebody else was faster");
}

if (zkromPath()) {
  const anvil = await startAnvil();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "zkrom-submit-"));
  try {
    await main(anvil.url, folder);
    say("ok");
  } finally {
    anvil.stop();
    fs.rmSync(folder, { recursive: true });
  }
} else {
  say("SKIPPED: no zkrom binary (cargo build --release -p zkrom, or set ZKROM)");
}
