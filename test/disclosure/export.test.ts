import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { csvOf } from '../../shared/edge/csv.ts';
import { openRegister } from '../../functions/disclosure/register.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Entry } from '../../contracts/disclosure.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { asking, nextOf, refusalOf } from './answers.ts';
import { logOf, publishing, story } from './entries.ts';
import { parseCsv } from './csv.ts';

const store = openSqlite({ file: ':memory:' });
const projected = async (name: string, entries: readonly Entry[]): Promise<Table> => {
  const table = store.table(name);
  await openRegister({ table, read: publishing(entries) }).project();
  return table;
};
let table: Table;
beforeAll(async () => {
  table = await projected('story', story);
});
afterAll(() => store.close());

const formula = /^[=+\-@\t\r\n＝＋－＠]/;

describe('a CSV file', () => {
  it('gives back every cell that was written, but for the quote before what a spreadsheet would run', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '＝1+1', '"', 'a,b', 'a\r\nb', "'=1"),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), (rows) => {
        const read = parseCsv(csvOf(['a', 'b', 'c'], rows));
        const told = (value: string | number | boolean | null): string => {
          const text = String(value ?? '');
          return typeof value === 'string' && formula.test(text) ? `'${text}` : text;
        };
        expect(read).toEqual([['a', 'b', 'c'], ...rows.map((row) => row.map(told))]);
      }),
    );
  });

  it('has no text that a spreadsheet takes for a formula, and leaves numbers numbers', () => {
    const text = csvOf(['text', 'number'], [['=1+1', -5]]);
    expect(text).toBe("\uFEFFtext,number\r\n'=1+1,-5\r\n");
  });
});

describe('the export of entries', () => {
  it('is a file of its own, in UTF-8, with the entries as the ledger holds them', async () => {
    const reply = await asking(table)('entries?format=csv&kind=grant');
    expect(reply.headers).toEqual({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="entries.csv"',
    });
    const [header = [], ...rows] = parseCsv(String(reply.raw));
    expect(rows.map((row) => row[0])).toEqual(['12', '6']);
    for (const row of rows) {
      const told = Object.fromEntries(header.map((name, n) => [name, row[n] ?? '']));
      const entry = story[Number(told['index'])];
      expect({ ...told, disclosed: canonical(JSON.parse(told['disclosed'] ?? '')) }).toEqual({
        index: told['index'],
        ...Object.fromEntries(
          ['event', 'kind', 'record', 'action', 'seat', 'at', 'region'].map((name) => [name, entry?.[name as keyof Entry]]),
        ),
        disclosed: canonical(entry?.disclosed),
        commitments: '{}',
      });
    }
  });

  it('goes on by its Link over all pages, each entry once and in order', async () => {
    const long = await projected(
      'long',
      logOf(...Array.from({ length: 25 }, (_, n) => ({ kind: 'grant', record: `g${n}`, action: 'consent' }))),
    );
    const indexes: string[] = [];
    let pages = 0;
    for (let address: string | undefined = 'entries?format=csv&kind=grant&limit=10'; address !== undefined; pages += 1) {
      const reply = await asking(long)(address);
      indexes.push(
        ...parseCsv(String(reply.raw))
          .slice(1)
          .map(([index = '']) => index),
      );
      address = nextOf(reply);
    }
    expect([pages, indexes]).toEqual([3, Array.from({ length: 25 }, (_, n) => String(24 - n))]);
  });

  it('answers no more than a function can, and goes on where it stopped', async () => {
    const large = { kind: 'grant', action: 'consent', disclosed: { purpose: '字'.repeat(20_000) } };
    const many = await projected('large', logOf(...Array.from({ length: 80 }, (_, n) => ({ ...large, record: `g${n}` }))));
    for (const first of [
      'entries?format=csv',
      'entries?limit=1000',
      'register?register=authorisations&limit=1000',
      'entries?q=g1&limit=1000',
    ]) {
      let told = 0;
      for (let address: string | undefined = first; address !== undefined;) {
        const reply = await asking(many)(address);
        const text = reply.raw === undefined ? JSON.stringify(reply.body) : String(reply.raw);
        expect(Buffer.byteLength(text)).toBeLessThan(6_000_000);
        told += reply.raw === undefined ? (reply.body as { items: unknown[] }).items.length : parseCsv(text).length - 1;
        address = nextOf(reply);
      }
      expect([first, told]).toEqual([first, first.includes('q=') ? 1 : 80]);
    }
  });
});

describe('the export of a register', () => {
  it('has a column for each field that is told of its records', async () => {
    const [header, ...rows] = parseCsv(String((await asking(table)('register?register=products&format=csv')).raw));
    expect(header).toEqual(
      'first,index,kind,record,region,since,at,action,overdue,status,title.zh,title.en,operator,summary,scenario,product,useClass,ceilingFen,priceFen'.split(
        ',',
      ),
    );
    expect(rows.map((row) => [row[3], row[9], row[10], row[11], row[17], row[18]])).toEqual([
      ['l1', 'listed', '出行热力', 'Trip heat', '', '3880000'],
      ['p1', 'retired', '出行热力', 'Trip heat', '5000000', ''],
    ]);
    const reports = parseCsv(String((await asking(table)('register?register=reports&format=csv')).raw));
    expect(reports[1]?.slice(8)).toEqual([
      story[14]?.at,
      'published',
      'QUARTERLY',
      '',
      'op1',
      '2026-07-01',
      '2026-09-30',
      '',
      '',
      'true',
      '',
      '',
      '',
    ]);
  });

  it('keeps titles that were made to be run from running', async () => {
    const title = { zh: "=cmd|' /C calc'!A0", en: '"\r\n=1+1,@x' };
    const odd = await projected(
      'odd',
      logOf({ kind: 'product', record: 'p', action: 'approve', disclosed: { title, summary: '+1', operator: '-2' } }),
    );
    const [, row = []] = parseCsv(String((await asking(odd)('register?register=products&format=csv')).raw));
    expect([row[10], row[11], row[12], row[13]]).toEqual([`'${title.zh}`, title.en, "'-2", "'+1"]);
    expect(row.filter((cell) => formula.test(cell))).toEqual([]);
  });
});

describe('what is asked of the public register', () => {
  it('is refused where a parameter is unknown, out of bounds, or of another kind', async () => {
    const addresses = [
      'entries?from=0',
      'entries?kind=',
      'entries?limit=0',
      'entries?limit=1001',
      'entries?before=-1',
      'entries?before=x',
      'entries?format=xml',
      'entries?region=1',
      `entries?q=${'x'.repeat(201)}`,
      'entries?organisation=a%20b',
      'register',
      'register?register=people',
      'register?register=prices&kind=order',
      'usage',
      'usage?resource=r1&from=yesterday',
    ];
    for (const address of addresses) expect([address, (await refusalOf(asking(table)(address))).code]).toEqual([address, 'invalid_input']);
  });

  it('is refused a cursor that no page gave', async () => {
    const [index, hour, other] = ['12', '2026-11-02T01:00:00.000Z', '-1'].map((place) => Buffer.from(place).toString('base64url'));
    const refused = [
      'register?register=prices&cursor=a b',
      `register?register=prices&cursor=${hour}`,
      `register?register=prices&cursor=${other}`,
    ];
    for (const address of [...refused, 'usage?resource=r1&cursor=12', `usage?resource=r1&cursor=${index}`])
      expect([address, (await refusalOf(asking(table)(address))).code]).toEqual([address, 'invalid_cursor']);
    expect((await asking(table)(`register?register=prices&cursor=${index}`)).status).toBe(200);
    expect((await asking(table)(`usage?resource=r1&cursor=${hour}`)).status).toBe(200);
  });

  it('is refused with what may be combined, where filters have no list together', async () => {
    for (const address of ['entries?kind=grant&region=3212', 'entries?record=g1&kind=grant', 'entries?record=g1&q=x'])
      expect((await refusalOf(asking(table)(address))).issues).toEqual([
        { path: 'query', message: 'combine only kind with organisation, or q with any of kind, organisation and region' },
      ]);
  });

  it('is not found where there is no such entry or organisation', async () => {
    for (const address of ['entries/16', 'entries/00', 'entries/-1', 'entries/x', 'entries/9999999999999', 'organisations/nobody'])
      expect([address, (await refusalOf(asking(table)(address))).code]).toEqual([address, 'not_found']);
    expect((await asking(table)('entries/0')).body).toMatchObject({ entry: { ...story[0], index: 0 } });
  });

  it('tells of an organisation what it is, how much there is of it, and what happened last', async () => {
    const body = (await asking(table)('organisations/src1')).body as {
      items: { index: number }[];
      counts: object;
      organisation: object;
      names: object;
    };
    expect(body.organisation).toMatchObject({ record: 'src1', disclosed: { type: 'OPERATOR', name: { en: 'Transport Bureau' } } });
    expect(body.counts).toEqual({ dataset: 1, grant: 2, organisation: 1, resource: 1 });
    expect(body.items.map(({ index }) => index)).toEqual([12, 8, 6, 4, 1]);
    expect(body.names).toMatchObject({ op1: { zh: '泰港数据公司' } });
  });
});
