import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

const binary = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));

/** How an engine is started in memory on a port, what it says when it listens there, and what it then answers to `GET /`. */
type Engine = { readonly command: readonly string[]; readonly says: string; readonly status: number };
const emulator = (port: number): Engine => ({
  command: [binary, 'serve', '--host', '127.0.0.1', '--port', String(port)],
  says: `listening on http://127.0.0.1:${port}`,
  status: 200,
});
/** The folder of AWS's own DynamoDB Local, where it is to judge instead of the emulator. */
const local = process.env['HARBOUR_DYNAMODB_LOCAL'];
const dynamodbLocal =
  (folder: string) =>
  (port: number): Engine => ({
    command: [
      'java',
      `-Dsqlite4java.library.path=${folder}`,
      '-cp',
      `${folder}/*`,
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      '-port',
      String(port),
      '-sharedDb',
      '-disableTelemetry',
      '-inMemory',
    ],
    says: `Port:\t${port}`,
    status: 400,
  });
const engineOn = local === undefined ? emulator : dynamodbLocal(local);

/** Why there is no DynamoDB to test against, or undefined where there is one. */
export const missing =
  local !== undefined || existsSync(binary) ? undefined : `the DynamoDB emulator is not published for ${process.platform}-${process.arch}`;

export type Dynamodb = { readonly endpoint: string; readonly client: DynamoDBClientConfig; readonly stop: () => Promise<void> };

/** What an SDK client needs to speak to an emulator at this address. */
export const clientOf = (endpoint: string): DynamoDBClientConfig => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/**
 * Starts the emulator, in memory, on a free port. It is ready when this very process said that it listens there, lives, and answers:
 * a process whose port was taken meanwhile says nothing and ends.
 */
export const startDynamodb = async (): Promise<Dynamodb> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const { command, says, status } = engineOn(port);
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)));
  const isReady = async (): Promise<boolean> =>
    said.includes(says) &&
    (await fetch(endpoint).then(
      (response) => response.status === status,
      () => false,
    ));
  for (let tries = 0; !(await isReady()); tries += 1) {
    if (hasEnded(child) || tries === 1000) throw new Error(`the DynamoDB emulator did not start: ${said}`);
    await pass(20);
  }
  if (hasEnded(child)) throw new Error('another process answers on the port of the DynamoDB emulator');
  return {
    endpoint,
    client: clientOf(endpoint),
    stop: async () => {
      process.removeListener('exit', kill);
      if (hasEnded(child)) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};
