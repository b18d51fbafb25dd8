#!/usr/bin/env node
// The contracts on a real node: starts anvil, deploys with the script, advances the chain with real proofs, and
// shows that a replay and a proof from another state root are refused.
//
//   node tools/e2e.mjs
import assert from "node:assert/strict";
import { deploy, fixture, functionSelector } from "./lib/deployment.mjs";
import { RpcError, connect, selector, startAnvil, transact } from "./lib/node.mjs";
import { calldata, word } from "./lib/statement.mjs";

const VERIFY_LIMIT = 240_000;
const ADVANCE_LIMIT = 275_000;

const hex = (buffer) => `0x${buffer.toString("hex")}`;
const say = (text) => process.stdout.write(`e2e: ${text}\n`);

async function main(url) {
  const rpc = connect(url);
  const [sender, stranger] = await rpc("eth_accounts");
  const { verifier, chain } = deploy(url, sender);
  say(`deployed: verifier ${verifier}, chain ${chain}`);

  const advance = functionSelector("StateChain", "advance");
  const verify = functionSelector("ZkRomVerifier", "verify");
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
