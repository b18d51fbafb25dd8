#!/usr/bin/env node
// Has the real snarkjs judge exported files: the proof is accepted, and refused after a change of any one bit tried.
//
//   node tools/snarkjs-check.mjs FOLDER    with verification_key.json, proof.json and public.json
import { checkFiles, endWorkers, readFiles, requireContributed } from "./lib/groth16-files.mjs";

const [folder] = process.argv.slice(2);
if (!folder) {
  process.stderr.write("usage: snarkjs-check.mjs FOLDER\n");
  process.exit(2);
}
try {
  const files = readFiles(folder);
  requireContributed(files.key);
  const tried = await checkFiles(files);
  process.stdout.write(`snarkjs accepts the proof in ${folder} and refuses it after each of ${tried} changes\n`);
} catch (e) {
  process.stderr.write(`${folder}: ${e.message}\n`);
  process.exitCode = 1;
} finally {
  await endWorkers();
}
