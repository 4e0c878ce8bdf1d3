import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLedger } from '../../functions/disclosure/ledger.ts';
import { lockKey } from '../../functions/disclosure/lock.ts';
import type { PublicFiles } from '../../shared/blobs/public-files.ts';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import { openPublicS3 } from '../../shared/blobs/public-files-s3.ts';
import type { LedgerPorts, Log } from '../../shared/edge/ledger.ts';
import type { Item, Table } from '../../shared/store/table.ts';
import { openLedgerKeys } from './ledger-keys.ts';
import type { Settings } from './settings.ts';
import { region } from './stores.ts';

export const logFolder = (folder: string): string => join(folder, 'log');
const partition = 'logs';
const served = '/log/';
const bucketPrefix = 'log/';

/** The files below a prefix as a place of their own. */
const below = (files: PublicFiles, prefix: string): PublicFiles => ({
  get: async (path) => files.get(prefix + path),
  create: async (path, body) => files.create(prefix + path, body),
  replace: async (path, body, tag) => files.replace(prefix + path, body, tag),
  list: async (start, after) =>
    (await files.list(prefix + start, after === undefined ? undefined : prefix + after)).map((path) => path.slice(prefix.length)),
  remove: async (path) => files.remove(prefix + path),
  close: async () => undefined,
});
/**
 * The first log stands at the address itself, those that follow it below. Of two hosts that are put back from one backup neither knows the
 * other's log: a name is drawn, so that no two logs ever have the same.
 */
const prefixOf = (ordinal: number): string => (ordinal === 1 ? '' : `${ordinal}-${randomBytes(4).toString('hex')}/`);
const ordinalOf = (item: Item): number => Number(item.sk);

/** Where a log ended. @throws Error where its checkpoint is gone */
const endOf = async (log: Log): Promise<LedgerPorts['earlier'][number]> => {
  const ended = await openLedger(log.files).published();
  if (!ended) throw new Error(`the checkpoint of the earlier ledger ${log.origin} is gone`);
  return { ...log, size: ended.size, root: `sha256:${Buffer.from(ended.root).toString('hex')}` };
};

type Opening = {
  readonly settings: Pick<Settings, 'folder' | 'ledger' | 's3'>;
  readonly table: Table;
  readonly origin: string;
  readonly wake: () => void;
};

/**
 * The log of this host. Its origin is fixed when it begins. A host that was put back from a backup has no lock, and what the lost one has
 * published is not known here: so it begins another log, and the earlier one stays where it is, never to grow.
 */
export const openLocalLedger = async ({ settings, table, origin, wake }: Opening) => {
  const files = settings.s3
    ? openPublicS3({ ...settings.s3, region, prefix: bucketPrefix })
    : openPublicFolder({ folder: logFolder(settings.folder) });
  const logOf = (item: Item): Log => {
    const prefix = String(item['prefix']);
    return {
      origin: String(item['origin']),
      url: `${origin}${served}${prefix}`,
      base: item['base'] as number,
      files: below(files, prefix),
    };
  };
  const begin = async (ordinal: number, base: number): Promise<Item> => {
    const address = settings.ledger.origin ?? `${new URL(origin).host}/log`;
    const prefix = prefixOf(ordinal);
    const item = {
      pk: partition,
      sk: String(ordinal).padStart(3, '0'),
      prefix,
      origin: `${address}/${prefix}`.replace(/\/$/, ''),
      base,
    };
    await table.transact([{ put: item, if: { absent: true } }]);
    return item;
  };
  const items = [...(await table.query({ key: partition, limit: 100 }))];
  const latest = items.at(-1);
  const [lock] = await table.get([lockKey]);
  if (!latest) items.push(await begin(1, 0));
  else if (!lock) {
    const last = logOf(latest);
    const ended = await openLedger(last.files).published();
    if (ended) items.push(await begin(ordinalOf(latest) + 1, last.base + ended.size));
  }
  const logs = items.map(logOf);
  const log = logs.at(-1);
  if (!log) throw new Error('the ledger has no log');
  const { signers } = openLedgerKeys(settings.folder, lock?.['keys'] as readonly string[] | undefined);
  const earlier = await Promise.all(logs.slice(0, -1).map(endOf));
  const ledger: LedgerPorts = { log, earlier, signers, witnesses: settings.ledger.witnesses, wake };
  return { ledger, files };
};

const closed = async (): Promise<never> => {
  throw new Error('the ledger is not open here');
};
/** The ledger where nothing is sequenced or read: what is disclosed waits for the host. */
export const unopenedLedger: LedgerPorts = {
  log: {
    origin: '',
    url: '',
    base: 0,
    files: { get: closed, create: closed, replace: closed, list: closed, remove: closed, close: closed },
  },
  earlier: [],
  signers: [],
  witnesses: [],
  wake: () => undefined,
};
