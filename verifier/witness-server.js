// @ts-check
import { createServer } from 'node:http';
import { originHash } from './witness-folder.js';

/**
 * A witness over HTTP. C2SP tlog-witness: `add-checkpoint` below the submission prefix `/`, and the same as monitoring prefix.
 * @import { IncomingMessage, Server, ServerResponse } from 'node:http'
 * @import { Bytes } from './bytes.js'
 * @import { VerifierKey } from './note.js'
 * @import { Answer, Logs, Witness } from './witness.js'
 */

const mostBodyBytes = 128 * 1024;
const plain = 'text/plain; charset=utf-8';
/** @param {number} status @param {string} body @returns {Answer} */
const text = (status, body) => ({ status, type: plain, body });

/**
 * A request's body; undefined where it is longer than a checkpoint and its proof can be. What is too long is read on and dropped, since a
 * connection that is cut could not be told why.
 * @param {IncomingMessage} request
 * @returns {Promise<Bytes | undefined>}
 */
const bodyOf = async (request) => {
  /** @type {Buffer[]} */
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length <= mostBodyBytes) parts.push(part);
  }
  return length <= mostBodyBytes ? new Uint8Array(Buffer.concat(parts)) : undefined;
};

/** @param {VerifierKey} key @param {Logs} logs @param {Witness} witness */
const describe = async (key, logs, witness) => {
  const lines = await Promise.all([...logs.keys()].map(async (origin) => `${origin}  ${(await witness.latest(origin))?.size ?? 0}`));
  return `Witness 见证方  ${key.name}\nVerifier key 验证公钥  ${key.text}\n\nLogs and their latest sizes 日志及其最新条目数\n${lines.join('\n')}\n`;
};

/**
 * The server of a witness, not yet listening. A request may take ten seconds, its head five.
 * @param {{ readonly key: VerifierKey; readonly logs: Logs; readonly witness: Witness }} parts
 * @returns {Server}
 */
export const createWitnessServer = ({ key, logs, witness }) => {
  /** @param {string} hash */
  const monitored = async (hash) => {
    for (const origin of logs.keys()) {
      const checkpoint = (await originHash(origin)) === hash ? await witness.latest(origin) : undefined;
      if (checkpoint) return text(200, new TextDecoder().decode(checkpoint.bytes));
    }
    return text(404, 'no checkpoint\n');
  };
  /** @param {IncomingMessage} request @returns {Promise<Answer>} */
  const answer = async (request) => {
    const path = request.url?.split('?')[0] ?? '';
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/add-checkpoint') {
      if (request.method !== 'POST') return text(405, 'POST only\n');
      const body = await bodyOf(request);
      return body ? witness.addCheckpoint(body) : text(413, 'too long\n');
    }
    if (!isRead) return text(404, 'nothing here\n');
    if (path === '/') return text(200, await describe(key, logs, witness));
    const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
    return hash === undefined ? text(404, 'nothing here\n') : monitored(hash);
  };
  /** @param {IncomingMessage} request @param {ServerResponse} response */
  const respond = async (request, response) => {
    const { status, type, body } = await answer(request).catch((error) => {
      process.stderr.write(`${String(error)}\n`);
      return text(500, 'the witness could not tell\n');
    });
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);
  };
  const server = createServer({ connectionsCheckingInterval: 1000 }, (request, response) => void respond(request, response));
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
  server.maxConnections = 256;
  return server;
};
