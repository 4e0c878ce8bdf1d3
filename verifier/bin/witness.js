#!/usr/bin/env node
// @ts-check
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Fault } from '../fault.js';
import { parseVerifierKey } from '../note.js';
import { openWitness } from '../witness.js';
import { checkStore, folderStore, lockFolder, openSigner } from '../witness-folder.js';
import { createWitnessServer } from '../witness-server.js';

/**
 * @import { Logs } from '../witness.js'
 * @import { VerifierKey } from '../note.js'
 * `name` is the witness's own, best a URL without scheme; `keys` are verifier keys.
 * @typedef {{ name: string; address: string; port: number; folder: string; logs: { origin: string; keys: string[] }[] }} Config
 */

const help = `A witness for public logs (C2SP tlog-witness): cosigns a log's checkpoints once it has seen that the log only grew.

  data-harbour-witness --config FILE

The file is JSON: { "name": "witness.example.org/w1", "folder": "witness", "address": "127.0.0.1", "port": 7080,
  "logs": [{ "origin": "log.example.org/log", "keys": ["log.example.org/log+…"] }] }
Without it, and over it, from the environment: WITNESS_NAME, WITNESS_FOLDER, WITNESS_ADDRESS, WITNESS_PORT, and WITNESS_LOGS, which are
verifier keys with spaces between them, each for the log that it is named after.
`;

/** @param {string} detail @returns {never} */
const refuse = (detail) => {
  throw new Fault('usage', { detail });
};

/** @param {string | undefined} path @returns {Promise<Partial<Config>>} */
const readConfig = async (path) => {
  if (path === undefined) return {};
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return refuse(`${path}: ${String(error)}`);
  }
};

/** @param {Partial<Config>} config @returns {Promise<Logs>} */
const logsOf = async ({ logs = [] }) => {
  const named = (process.env['WITNESS_LOGS'] ?? '').split(/\s+/).filter((text) => text !== '');
  const given = [
    ...logs.flatMap(({ origin, keys }) => keys.map((text) => ({ origin, text }))),
    ...named.map((text) => ({ origin: undefined, text })),
  ];
  /** @type {Map<string, VerifierKey[]>} */
  const found = new Map();
  for (const { origin, text } of given) {
    const key = await parseVerifierKey(text);
    if (key.type !== 1) refuse(`${text} is not the key of a log`);
    found.set(origin ?? key.name, [...(found.get(origin ?? key.name) ?? []), key]);
  }
  return found.size > 0 ? found : refuse('no log to witness; --help tells more');
};

const run = async () => {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) return process.stdout.write(help);
  const config = await readConfig(values.config);
  const { env } = process;
  const name = env['WITNESS_NAME'] ?? config.name ?? refuse('the witness needs a name; --help tells more');
  const folder = env['WITNESS_FOLDER'] ?? config.folder ?? '.witness';
  const address = env['WITNESS_ADDRESS'] ?? config.address ?? '127.0.0.1';
  const port = Number(env['WITNESS_PORT'] ?? config.port ?? 7080);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse('no such port');
  const logs = await logsOf(config);
  const unlock = await lockFolder(folder);
  const signer = await openSigner(folder, name);
  const store = folderStore(folder);
  await checkStore(store, logs);
  const server = createWitnessServer({ key: signer.key, logs, witness: openWitness({ signer, logs, store }) });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(undefined));
  });
  const bound = server.address();
  const at = typeof bound === 'object' && bound ? bound.port : port;
  const stop = () => server.close(() => void unlock().then(() => process.exit(0)));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  return process.stdout.write(
    `witness  ${name}\nkey      ${signer.key.text}\nat       http://${address.includes(':') ? `[${address}]` : address}:${at}\n`,
  );
};

try {
  await run();
} catch (error) {
  const told = error instanceof Fault ? [error.code, error.en, error.zh, error.place.detail ?? ''] : [String(error)];
  process.stderr.write(`${told.join('\n')}\n`);
  process.exitCode = 2;
}
