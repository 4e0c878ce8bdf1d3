import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { S3Options } from '../../shared/blobs/s3-client.ts';

const version = 'v1.8.0';
const cache = join(tmpdir(), `harbour-versitygw-${version}`);
const binary = join(cache, 'versitygw');
const region = 'us-east-1';

/**
 * Builds the S3 gateway into the temporary folder, where it is kept: about two minutes when nothing is cached, nothing when it is there.
 * Answers its path. @throws where Go is not installed.
 */
export const buildVersitygw = async (): Promise<string> => {
  if (existsSync(binary)) return binary;
  await mkdir(cache, { recursive: true });
  // Built aside and renamed, so that a suite that runs meanwhile never starts half a program.
  const aside = await mkdtemp(join(cache, 'build-'));
  try {
    const source = `github.com/versity/versitygw/cmd/versitygw@${version}`;
    await promisify(execFile)('go', ['install', '-ldflags=-s -w', source], { env: { ...process.env, GOBIN: aside } });
    await rename(join(aside, 'versitygw'), binary);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return binary;
};

/** Why no S3 can be reached from here, or undefined where one can. It never builds anything: `buildVersitygw` does. */
export const s3Missing = (): string | undefined =>
  process.env['HARBOUR_S3_ENDPOINT'] !== undefined || existsSync(binary)
    ? undefined
    : 'not run: no S3 here. Set HARBOUR_S3_ENDPOINT, or let the soak build one, which needs Go';

export type Gateway = Required<Pick<S3Options, 'bucket' | 'region' | 'endpoint' | 'credentials'>> & { readonly stop: () => Promise<void> };

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const startVersitygw = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'harbour-s3-'));
  const [data, versions] = [join(folder, 'data'), join(folder, 'versions')];
  await Promise.all([mkdir(data), mkdir(versions)]);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  // Nobody else knows this secret, so whoever accepts it is the process started here, whoever else may have had the port.
  const credentials = { accessKeyId: 'local', secretAccessKey: randomBytes(16).toString('hex') };
  const account = ['--access', credentials.accessKeyId, '--secret', credentials.secretAccessKey, '--region', region];
  const place = ['--port', endpoint.slice('http://'.length), '--health', '/health', '--quiet', 'posix', '--versioning-dir', versions, data];
  const child = spawn(binary, [...account, ...place], { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    const answer = await fetch(`${endpoint}/health`).catch(() => undefined);
    if (answer?.ok === true) return { endpoint, credentials, stop };
    await setTimeout(50);
  }
  await stop();
  throw new Error('versitygw did not start');
};

const environment = (endpoint: string) => ({
  endpoint,
  credentials: {
    accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'local',
    secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'local-secret',
  },
  stop: async () => {},
});

/**
 * A bucket of its own on the S3 at HARBOUR_S3_ENDPOINT (with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else `local` and `local-secret`),
 * or on a gateway started here on a free port. `stop` leaves nothing behind.
 */
export const openGateway = async (): Promise<Gateway> => {
  const given = process.env['HARBOUR_S3_ENDPOINT'];
  const { endpoint, credentials, stop } = given === undefined ? await startVersitygw() : environment(given);
  const Bucket = `harbour-test-${randomBytes(6).toString('hex')}`;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    await client.send(new CreateBucketCommand({ Bucket }));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    bucket: Bucket,
    region,
    endpoint,
    credentials,
    stop: async () => {
      if (given !== undefined) {
        for await (const { Contents } of paginateListObjectsV2({ client }, { Bucket })) {
          for (const { Key } of Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket, Key }));
        }
        await client.send(new DeleteBucketCommand({ Bucket }));
      }
      client.destroy();
      await stop();
    },
  };
};
