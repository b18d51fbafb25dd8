// A local anvil node and raw JSON-RPC to it: enough to send transactions from its unlocked accounts.
import { spawn } from "node:child_process";
import { foundry } from "./foundry.mjs";

/** Starts anvil on a free port; `stop` ends it. */
export async function startAnvil() {
  const child = spawn(foundry("anvil"), ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const found = /Listening on (\S+)/.exec(text);
      if (found) resolve(`http://${found[1]}`);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`anvil ended with ${code}:\n${text}`)));
  });
  return { url, stop: () => child.kill() };
}

/** An error the node answered with; `data` is what a reverted call returned. */
export class RpcError extends Error {
  constructor(method, { message, data }) {
    super(`${method}: ${message}`);
    this.data = typeof data === "object" ? data?.data : data;
  }
}

/** A function that calls methods of the node at `url`. */
export function connect(url) {
  let id = 0;
  return async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(url, { method: "POST", headers, body })).json();
    if (answer.error) throw new RpcError(method, answer.error);
    return answer.result;
  };
}

/** First four bytes of the hash of a function's or error's signature. */
export async function selector(rpc, signature) {
  const hash = await rpc("web3_sha3", `0x${Buffer.from(signature).toString("hex")}`);
  return hash.slice(0, 10);
}

/** Sends a transaction, whatever it may do, and waits for its receipt. */
export async function transact(rpc, from, to, data) {
  const hash = await rpc("eth_sendTransaction", { from, to, data, gas: "0xf4240" });
  for (let i = 0; i < 200; i++) {
    const receipt = await rpc("eth_getTransactionReceipt", hash);
    if (receipt) return { ok: receipt.status === "0x1", gas: Number(receipt.gasUsed), logs: receipt.logs };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no receipt for ${hash}`);
}
