import { join, resolve } from 'node:path';
import * as z from 'zod';
import { witnessAddress } from '../../functions/disclosure/witnessing.ts';
import type { WitnessAddress } from '../../shared/edge/ledger.ts';
import { clamdAddress, type ClamdAddress } from '../../shared/vendor/clamd.ts';

/** How the single machine runs: everything has a default, and each can be changed by the environment. */
export type Settings = {
  readonly port: number;
  /** Where everything lies that must survive. */
  readonly folder: string;
  /** With demonstration organisations and people. */
  readonly demonstration: boolean;
  /** By how many milliseconds its time is moved. */
  readonly offsetMs: number;
  readonly ledger: {
    /** The URL without scheme under which the log is public, where it is not this host's own address. Fixed once the log has begun. */
    readonly origin?: string;
    readonly witnesses: readonly WitnessAddress[];
  };
  /** Where the daemon of ClamAV listens, if one does. */
  readonly clamd?: ClamdAddress;
  readonly dynamodb?: string;
  readonly s3?: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
};

const Witnesses = z.array(z.strictObject({ key: z.string(), url: z.url() })).max(20);
const ledgerOf = (env: Readonly<Record<string, string | undefined>>): Settings['ledger'] => {
  const origin = env['HARBOUR_LEDGER_ORIGIN'];
  if (origin !== undefined && !/^[a-z0-9][a-z0-9.:/-]{0,200}[a-z0-9]$/.test(origin))
    throw new Error('HARBOUR_LEDGER_ORIGIN must be an address without scheme, such as data.example.gov.cn/log');
  try {
    const witnesses = Witnesses.parse(JSON.parse(env['HARBOUR_LEDGER_WITNESSES'] ?? '[]')).map(witnessAddress);
    return { witnesses, ...(origin === undefined ? {} : { origin }) };
  } catch (error) {
    throw new Error('HARBOUR_LEDGER_WITNESSES must be a JSON list of {"key", "url"}', { cause: error });
  }
};

/** @throws Error that says which setting cannot be understood */
export const settingsOf = (env: Readonly<Record<string, string | undefined>>): Settings => {
  const port = Number(env['PORT'] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a port number');
  const clock = env['HARBOUR_CLOCK'];
  const moved = clock === undefined ? Date.now() : Date.parse(clock);
  if (Number.isNaN(moved)) throw new Error('HARBOUR_CLOCK must be an ISO 8601 instant');
  const store = env['HARBOUR_STORE'] ?? 'sqlite';
  if (store !== 'sqlite' && store !== 'dynamodb') throw new Error('HARBOUR_STORE must be sqlite or dynamodb');
  const endpoint = env['HARBOUR_DYNAMODB_ENDPOINT'];
  if (store === 'dynamodb' && endpoint === undefined) throw new Error('HARBOUR_STORE=dynamodb needs HARBOUR_DYNAMODB_ENDPOINT');
  const s3 = env['HARBOUR_S3_ENDPOINT'];
  const clamd = env['HARBOUR_CLAMD'];
  // An emulator on this machine asks for credentials and mostly believes any.
  const credentials = { accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? 'local', secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? 'local-secret' };
  return {
    port,
    folder: resolve(env['HARBOUR_FOLDER'] ?? join(process.cwd(), '.harbour')),
    demonstration: env['HARBOUR_DEMO'] !== 'off',
    offsetMs: clock === undefined ? 0 : moved - Date.now(),
    ledger: ledgerOf(env),
    ...(store === 'dynamodb' && endpoint !== undefined ? { dynamodb: endpoint } : {}),
    ...(clamd === undefined ? {} : { clamd: clamdAddress(clamd) }),
    ...(s3 === undefined ? {} : { s3: { endpoint: s3, bucket: env['HARBOUR_S3_BUCKET'] ?? 'data-harbour', credentials } }),
  };
};
