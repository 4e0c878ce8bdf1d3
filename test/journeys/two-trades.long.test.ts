import { afterEach, describe, expect, it } from '@jest/globals';
import type { Host, Makers } from '../../infra/local/host.ts';
import { accept, ask, assemble, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import type { Item, Operation } from '../../shared/store/table.ts';
import { openTestHost } from '../support/host.ts';
import { material, quiet, sessionOf } from '../support/trading.ts';
import { openWatchedStores, tableLike, type TableName } from '../support/watched-stores.ts';
import { wildWorks } from '../support/wild-works.ts';

/** What every transaction wrote, touched or asked, by table and key. */
type Written = Map<string, Item | undefined>;
const keyOf = (operation: Operation): { pk: string; sk: string } =>
  'put' in operation ? operation.put : 'delete' in operation ? operation.delete : 'check' in operation ? operation.check : operation.add;
const watching = (written: () => Written): Makers['stores'] =>
  openWatchedStores((name: TableName, table) =>
    tableLike(table, {
      transact: async (operations) => {
        const result = await table.transact(operations);
        for (const operation of operations) {
          const { pk, sk } = keyOf(operation);
          const key = `${name} ${pk} ${sk}`;
          if ('failed' in result) written().set(key, written().get(key));
          else written().set(key, 'put' in operation ? operation.put : undefined);
        }
        return result;
      },
    }),
  );

let host: Host | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});
/** A trade from its resource to its settlement. */
const trade = async (cast: Cast): Promise<void> => {
  const { order, entitlement } = await toEntitlement(cast, material, quiet);
  await ask(cast, entitlement, question(material));
  await accept(cast, order, quiet);
  await host?.idle();
};

/** How many records of each kind, events of each action, postings and disclosures there are; what a job did on its way left out. */
const countsOf = (written: Written): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  for (const [key, item] of written) {
    const [table = '', pk = '', sk = ''] = key.split(' ');
    const kind = pk.split('#')[0] ?? '';
    if (item === undefined || kind === 'job' || kind.endsWith('.term')) continue; // words of ids that are drawn anew
    if (table !== 'records') count(`${table} ${kind}`);
    else if (sk.startsWith('event#')) count(`event ${kind}.${(item['event'] as { action: string }).action}`);
    else if (sk === 'record') count(`record ${kind}`);
  }
  return counts;
};
const open = async (works: Partial<Makers>, written: () => Written): Promise<Cast> => {
  host = await openTestHost({}, { ...works, stores: watching(written) });
  const cast = await assemble(host.origin);
  await host.idle();
  return cast;
};
const parked = async (): Promise<readonly unknown[]> =>
  (await (await sessionOf(host?.origin ?? '', 'platform', 'sre')).get<{ items: readonly unknown[] }>('/v1/operations/parked')).items;

/** What a trade wrote on a host whose stream is calm. */
const first: Written = new Map();

describe('two unrelated trades', () => {
  it('touch no item in common: not in the records, the books or the search', async () => {
    let written: Written = new Map();
    const cast = await open({}, () => written);
    const others: Cast = {
      ...cast,
      steward: await sessionOf(cast.origin, 'health', 'source.steward'),
      cdo: await sessionOf(cast.origin, 'health', 'source.cdo'),
      agent: await sessionOf(cast.origin, 'xiangtai', 'operator.agent'),
      operatorSignatory: await sessionOf(cast.origin, 'xiangtai', 'operator.signatory'),
      buyer: await sessionOf(cast.origin, 'shipyard', 'buyer.agent'),
      buyerSignatory: await sessionOf(cast.origin, 'shipyard', 'buyer.signatory'),
    };
    written = first;
    await trade(cast);
    written = new Map();
    await trade(others);
    const common = [...written.keys()].filter((key) => first.has(key));
    const inLedger = common.filter((key) => key.startsWith('disclosure '));
    // What an institution owes the public is one record, whichever of its agreements came first.
    const elsewhere = common.filter((key) => !key.startsWith('disclosure ') && !key.startsWith('records disclosureDuty#'));
    console.log(
      `keys of two unrelated trades: ${first.size} and ${written.size}; in common ${elsewhere.length}, and in the public ledger ${JSON.stringify(inLedger)}`,
    );
    expect(first.size).toBeGreaterThan(200);
    expect(elsewhere).toEqual([]);
    // The one sequence that all disclosures share and what is read off it, in a table of its own, written by no trade but by the sequencer.
    expect(inLedger.filter((key) => !/^disclosure (?:log lock|register\.)/.test(key))).toEqual([]);
  }, 60_000);
});

describe('a stream that repeats, delays and reorders, with two belts at once', () => {
  it.each([20_261_123, 7])(
    'comes to the same (seed %d): contracts, entitlements, postings and disclosures',
    async (seed) => {
      let written: Written = new Map();
      const cast = await open({ works: wildWorks(seed) }, () => written);
      written = new Map();
      await trade(cast);
      const once = { 'record contract': 1, 'record entitlement': 1, 'record order': 1, 'event order.settle': 1, 'money transfer': 2 };
      expect(countsOf(written)).toMatchObject(once);
      expect(countsOf(written)).toEqual(countsOf(first));
      expect(await parked()).toEqual([]);
    },
    60_000,
  );
});
