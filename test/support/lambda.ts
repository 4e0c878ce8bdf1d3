import { fork } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

const entry = fileURLToPath(new URL('invoke.ts', import.meta.url));

/** What a function answers to events, one after the other, in a fresh process that knows nothing but its environment. @throws what it said, if it ended */
export const invokeBundle = (
  bundle: string,
  events: readonly unknown[],
  env: Readonly<Record<string, string>>,
): Promise<readonly unknown[]> => {
  const child = fork(entry, { env, execArgv: ['--no-warnings'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (text) => (said += String(text)));
  child.send({ bundle: pathToFileURL(bundle).href, events });
  return new Promise((resolve, reject) => {
    child.once('message', (answers) => resolve(answers as readonly unknown[]));
    child.once('exit', (code) => reject(new Error(`the function ended with ${code}: ${said}`)));
  });
};

/** The event that API Gateway makes of a request. */
export const request = (method: 'GET' | 'POST', path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  version: '2.0',
  rawPath: path,
  headers: { 'content-type': 'application/json', ...headers },
  requestContext: { requestId: 'one', http: { method, path } },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  isBase64Encoded: false,
});
