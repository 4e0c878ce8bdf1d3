import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { until, type Session, type View } from '../../infra/local/journey/client.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { openTestHost } from '../support/host.ts';
import { historyOf, key, listAnother, sessionOf, supply, type Supply } from '../support/trading.ts';
import { openWatchedStores, tableLike } from '../support/watched-stores.ts';
import { disclosures } from '../support/ledger.ts';

type Parked = {
  readonly kind: string;
  readonly id: string;
  readonly n: number;
  readonly action: string;
  readonly parked: Readonly<Record<string, { readonly at: string; readonly error: string; readonly trace: string }>>;
};
type Found = { readonly items: readonly { readonly id: string; readonly status: string }[] };

const secret = 'the disk of the search is full';
let broken = false;
const stores = openWatchedStores((name, table) =>
  name !== 'search'
    ? table
    : tableLike(table, {
        transact: async (operations) => {
          if (broken) throw new RangeError(secret);
          return table.transact(operations);
        },
      }),
);
let host: Host;
let cast: Cast;
let chain: Supply;
let sre: Session;
let unfound: View;

const parked = async () => (await sre.get<{ items: readonly Parked[] }>('/v1/operations/parked')).items;
const market = async (): Promise<readonly string[]> =>
  ((await (await fetch(`${host.origin}/v1/market`)).json()) as Found).items.map((item) => item.id);
const disclosed = async (id: string): Promise<readonly string[]> => {
  await host.idle();
  return (await disclosures(host.origin)).filter((entry) => entry.record === id).map((entry) => entry.action);
};
const replay = (session: Session, { kind, id, n }: Pick<Parked, 'kind' | 'id' | 'n'>) =>
  session.send<Problem>('POST', '/v1/operations/replay', { kind, id, n }, key());

beforeAll(async () => {
  host = await openTestHost({}, { stores });
  cast = await assemble(host.origin);
  sre = await sessionOf(host.origin, 'platform', 'sre');
  chain = await supply(cast);
  await host.idle();
}, 60_000);
afterAll(async () => host.close());

describe('a reaction that fails for no reason of the record', () => {
  it('is parked for that record and that reaction only; the others go on', async () => {
    broken = true;
    unfound = await listAnother(cast, chain);
    await host.idle();
    const items = await parked();
    expect(items.map((i) => [i.kind, i.id, i.action, Object.keys(i.parked)])).toEqual([
      ['listing', unfound.id, 'approve', ['listing.index']],
    ]);
    expect(await disclosed(unfound.id)).toEqual(['approve']);
    expect(await market()).toEqual([chain.listing.id]);
    broken = false;
    const found = await listAnother(cast, chain);
    await until('the next listing is found', async () => ((await market()).includes(found.id) ? true : undefined));
  }, 20_000);

  it('is shown with when, which kind of error and a trace, and nothing of its inside', async () => {
    const [item] = await parked();
    expect(item?.parked['listing.index']).toEqual({
      at: expect.stringMatching(/^\d{4}-/),
      error: 'RangeError',
      trace: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(item)).not.toContain(secret);
  });

  it('holds later events of the record for that reaction, so that their order is kept', async () => {
    await cast.venueLead.act(unfound, 'listings', 'suspend', { reason: '例行核查' });
    await host.idle();
    expect(await disclosed(unfound.id)).toEqual(['approve', 'suspend']);
    expect(await market()).not.toContain(unfound.id);
    expect(await parked()).toHaveLength(1);
  });

  it('is seen by those who watch, and replayed by operations alone', async () => {
    const [item] = await parked();
    if (!item) throw new Error('nothing is parked');
    for (const watcher of [await sessionOf(host.origin, 'audit', 'auditor'), cast.lead]) {
      expect((await watcher.get<{ items: readonly Parked[] }>('/v1/operations/parked')).items).toHaveLength(1);
      expect((await replay(watcher, item)).body.code).toBe('not_permitted');
    }
    for (const other of [cast.buyer, cast.agent, cast.venueLead]) {
      expect((await other.send<Problem>('GET', '/v1/operations/parked')).body.code).toBe('not_permitted');
      expect((await replay(other, item)).body.code).toBe('not_permitted');
    }
    for (const nothing of [
      { ...item, n: item.n + 1 },
      { ...item, n: 99 },
      { ...item, id: 'no-such-record' },
      { ...item, kind: 'no-such-kind' },
    ])
      expect((await replay(sre, nothing)).body.code).toBe('nothing_parked');
  });

  it('that fails again is parked again', async () => {
    broken = true;
    const [item] = await parked();
    expect((await replay(sre, item as Parked)).status).toBe(202);
    await host.idle();
    const [again] = await parked();
    expect([again?.id, again?.parked['listing.index']?.trace === item?.parked['listing.index']?.trace]).toEqual([unfound.id, false]);
  });

  it('is done once replayed, and so is what waited behind it', async () => {
    broken = false;
    const [item] = await parked();
    expect((await replay(sre, item as Parked)).status).toBe(202);
    await until('the market shows it as it now stands', async () => {
      const { items } = (await (await fetch(`${host.origin}/v1/market`)).json()) as Found;
      return items.find((i) => i.id === unfound.id)?.status === 'suspended' ? true : undefined;
    });
    await host.idle();
    expect(await parked()).toEqual([]);
    expect((await host.ports.records.list({ index: 'undelivered', keys: ['undelivered'], limit: 100 })).entries).toEqual([]);
    expect((await historyOf(cast.venueLead, 'listings', unfound.id)).map((line) => line.action)).toEqual([
      'create',
      'submit',
      'approve',
      'approve',
      'suspend',
    ]);
    expect((await replay(sre, item as Parked)).body.code).toBe('nothing_parked');
  });
});
