import { join } from 'node:path';
import reactionMap from '../../contracts/generated/reactions.json' with { type: 'json' };
import type { Membership, Organisation } from '../../contracts/organisation.ts';
import { contexts } from '../../functions/index.ts';
import { seed } from '../../infra/local/demo/seed.ts';
import { openLedgerWorks } from '../../functions/disclosure/works.ts';
import { logFolder, openLocalLedger } from '../../infra/local/ledger.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { compose } from '../../shared/edge/compose.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import type { Person, Ref, Stored } from '../../shared/kernel/process.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { freshFolder } from '../support/host.ts';
import { itemsInFile, type Items } from './items.ts';

export type World = {
  readonly ports: Ports;
  readonly random: () => number;
  /** How much of its time is over, from 0 to 1. */
  readonly age: () => number;
  readonly people: readonly Person[];
  /** The ids of all records of a kind, the newest last. */
  readonly ids: (kind: string) => readonly string[];
  readonly load: (kind: string, id: string) => Promise<Stored | undefined>;
  readonly pick: <T>(list: readonly T[]) => T | undefined;
  readonly pass: (ms: number) => void;
  /** Carries on the news of some records, in any order, or of all of them. */
  readonly deliver: (share: number) => Promise<void>;
  readonly jobs: Set<string>;
  /** The folder of the public log. */
  readonly log: string;
  readonly items: () => Promise<Items>;
  readonly close: () => Promise<void>;
};

const nowhere = async (): Promise<never> => {
  throw new Error('nothing is asked of this world');
};

const peopleOf = async (ports: Ports, ids: readonly string[]): Promise<readonly Person[]> => {
  const members = (await ports.door.load(ids.map((id) => ({ kind: 'membership', id })))) as unknown as Stored<typeof Membership>[];
  const orgs = (await ports.door.load(members.map((m) => ({ kind: 'organisation', id: m.data.organisation })))) as unknown as Stored<
    typeof Organisation
  >[];
  return members.map(({ data: { person, organisation, roles } }, n) => {
    const { type, region } = (orgs[n] as Stored<typeof Organisation>).data;
    return { type: 'person', id: person, org: organisation, orgType: type, region, roles };
  });
};

/** An exchange in memory with the demonstration's people and a time of its own, in which whatever happens is told by a seed. */
export const openWorld = async (random: () => number, age: () => number): Promise<World> => {
  const { folder, remove } = freshFolder();
  let time = Date.parse('2026-03-02T01:00:00Z');
  const now = (): Date => new Date(time);
  const sqlite = openSqlite({ file: ':memory:', now: () => time });
  const blobs = openFiles({ folder: join(folder, 'objects') });
  const known = new Map<string, string[]>();
  const news = new Map<string, Ref>();
  const jobs = new Set<string>();
  const wake = (ref: Ref): void => {
    news.set(`${ref.kind}#${ref.id}`, ref);
    const ids = known.get(ref.kind) ?? [];
    if (!ids.includes(ref.id)) known.set(ref.kind, [...ids, ref.id]);
  };
  const table = sqlite.table('disclosure');
  const settings = { folder, ledger: { witnesses: [] } };
  const { ledger } = await openLocalLedger({ settings, table, origin: 'http://world.example', wake: () => undefined });
  const ports = compose({
    tables: {
      records: sqlite.table('records'),
      disclosure: table,
      money: sqlite.table('money'),
      openings: sqlite.table('openings'),
      releases: sqlite.table('releases'),
      search: sqlite.table('search'),
      usage: sqlite.table('usage'),
    },
    blobs,
    uploads: { open: nowhere },
    ledger,
    processes: contexts.flatMap((c) => c.processes),
    reactions: contexts.flatMap((c) => c.reactions),
    reactionMap,
    verify: nowhere,
    now,
    secret: 'the secret of a world',
    dispatch: async ({ id }) => void jobs.add(id),
    wake,
  });
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const deliver = async (share: number): Promise<void> => {
    for (let all = [...news]; all.length > 0; all = share < 1 ? [] : [...news]) {
      const chosen = all.filter(() => random() < share).toSorted(() => random() - 0.5);
      for (const [key] of chosen) news.delete(key);
      await Promise.all(chosen.map(([, ref]) => ports.belt.deliver(ref)));
    }
    if (share === 1 || random() < share) await ledgerWorks.run();
  };
  const ledgerWorks = openLedgerWorks(ports);
  await seed(ports);
  await deliver(1);
  return {
    ports,
    random,
    age,
    people: await peopleOf(ports, known.get('membership') ?? []),
    ids: (kind) => known.get(kind) ?? [],
    load: async (kind, id) => (await ports.door.load([{ kind, id }]))[0],
    pick,
    pass: (ms) => (time += ms),
    deliver,
    jobs,
    log: logFolder(folder),
    items: async () => {
      const copy = join(folder, 'copy.sqlite');
      await sqlite.backup(copy);
      return itemsInFile(copy);
    },
    close: async () => {
      sqlite.close();
      await blobs.close();
      remove();
    },
  };
};
