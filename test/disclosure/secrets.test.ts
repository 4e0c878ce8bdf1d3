import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commitmentOf, sealedOf } from '../../functions/disclosure/entry.ts';
import { enqueue } from '../../functions/disclosure/ledger.ts';
import { openSequencer } from '../../functions/disclosure/sequencer.ts';
import { openLedgerKeys } from '../../infra/local/ledger-keys.ts';
import { openFiles } from '../../shared/blobs/files.ts';
import { openPublicFolder } from '../../shared/blobs/public-files-folder.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Process, Stored } from '../../shared/kernel/process.ts';
import { processes, processOf } from '../laws/registry.ts';
import { freshFolder } from '../support/host.ts';
import { digestedParts, leaksOf, marking, textOf, type Leak } from './marks.ts';
import { publishing, walk, type Walked } from './walk.ts';

/**
 * What of each kind of record is public, by hand from the law and never from the tables; the rest is personal, commercially secret or nobody's
 * business. Ids of records are public: they are drawn from a secret. The hour of an act and small numbers, such as
 * scores, are not marked.
 */
const open: Readonly<Record<string, readonly string[]>> = {
  // register of parties, 企业信息公示暂行条例 art. 6: no administrators, no contacts
  organisation: ['name.zh', 'name.en', 'type', 'creditCode'],
  // catalogue, Measures art. 8: not the list of data items, which tells how a register is built
  resource: ['owner', ...both('code', 'name.zh', 'name.en', 'updateFrequency', 'grade', 'sharing.attribute', 'opening.attribute')],
  // authorised operation, 发改数据规〔2025〕27号 arts. 18-19: who, what, what for and how long; no clauses
  agreement: ['title', 'operator', 'resources', 'purposes', 'sectors', 'termStart', 'termEnd'],
  grant: ['owner', 'party', 'links.resource', 'links.agreement', 'purposes', 'sectors', 'termStart', 'termEnd'],
  // scenarios decided, Measures arts. 19, 21: outcome and scores; no panel, no reasons, no safeguards
  scenario: ['owner', 'title', 'purpose', 'grants'],
  assessment: ['scenario', 'title', 'operator'],
  // that data was loaded, not how much of it
  dataset: ['resource', 'scenario'],
  // derived data, from which datasets and for which scenario: neither its text nor its title
  derivation: ['scenario', 'datasets.dataset'],
  // products, fee ceilings and actual prices: 发改价格〔2025〕65号, notice of the NDA of 2026-02-10; no rule, no contact
  product: ['owner', 'title.zh', 'title.en', 'summary', 'scenario', 'useClass', 'ceilingFen'],
  listing: ['owner', 'product', 'title.zh', 'title.en', 'summary', 'priceFen'],
  // trades, requirements §3.2: neither who bought nor what for, nor how it was paid
  order: ['product', 'priceFen'],
  contract: [],
  // what may be asked of a product, as its description says; neither text nor parameters
  template: ['product', 'title.zh', 'title.en'],
  // files let out, requirements §5: of which product; neither what is in them nor for whom
  exportRequest: ['product'],
  // notices of the State Council
  calendar: ['calendar.source', 'calendar.off', 'calendar.working'],
  // disclosure by both sides, notice of the NDA of 2026-02-10: who must tell, of which period, the totals, and what was left out on
  // which ground of law; what it tells in words stays with the record
  disclosureDuty: ['organisation', 'role'],
  disclosureRecord: [
    'type',
    'role',
    'organisation',
    'period.from',
    'period.to',
    'ground',
    'subject.kind',
    'subject.id',
    'corrects',
    'supersededBy',
    'redactions.topic',
    'redactions.ground',
    ...['resources', 'products', 'listings', 'trades', 'volumeFen', 'refunds', 'refundedFen', 'halts', 'late'].map(
      (total) => `figures.totals.${total}`,
    ),
  ],
  // an erasure names what was erased by event and field, PIPL art. 47
  erasure: ['event', 'sealedField', 'ground'],
};
/** What an action keeps to itself although its kind shows it elsewhere. */
const closed: Readonly<Record<string, readonly string[]>> = { 'scenario.reject': ['purpose'] };

/** The only digests among what is disclosed, because all that they are taken of is public: what a published disclosure tells in words. */
const digests: readonly string[] = ['disclosureRecord.publish'];
/** What could be one, of 256 bits in hex or base64. */
const digestLike = /[0-9a-f]{64}|[A-Za-z0-9+/_-]{43}/i;

function both(...paths: readonly string[]): readonly string[] {
  return [...paths, ...paths.map((path) => `change.${path}`)];
}
const isOpen = (name: string, { kind, path }: Leak): boolean =>
  path === 'id' || ((open[kind]?.includes(path) ?? false) && !(closed[name]?.includes(path) ?? false));

const variants = [0, 1, 2, 3];
type Looked = { readonly leaks: readonly string[]; readonly shown: readonly string[]; readonly named: readonly string[] };
/** Walks a table with marked values and looks for them in the entry of every disclosure. */
const lookAt = (process: Process, text: (walked: Walked) => string = ({ event }) => textOf(event)): Looked => {
  const [leaks, shown, named] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const variant of variants) {
    const { filling, marks } = marking(variant);
    for (const walked of walk(process, filling).filter(({ event }) => event.public)) {
      const { name, event, next, input } = walked;
      named.add(name);
      const entry = text(walked);
      for (const leak of leaksOf(entry, marks)) {
        if (leak.shape === 'plain' && isOpen(name, leak)) shown.add(`${leak.kind}: ${leak.path}`);
        else leaks.add(`${name} shows ${leak.kind} ${leak.path}: ${leak.shape}`);
      }
      if (digestLike.test(canonical(event.public)) && !digests.includes(name)) leaks.add(`${name} discloses a digest`);
      const unsalted = Object.entries(sealedOf(event)).map(([field, value]) => ({ field, value }));
      if (digestedParts(entry, [input, next.data, unsalted]).length > 0) leaks.add(`${name} shows a plain digest`);
    }
  }
  return { leaks: [...leaks], shown: [...shown], named: [...named] };
};

describe('the public ledger', () => {
  const looked = processes.map((process) => ({ process, ...lookAt(process) }));

  it('shows no personal or secret field of any record, in whatever shape, nor its digest', () => {
    expect(looked.flatMap(({ leaks }) => leaks)).toEqual([]);
  });

  it('was looked at after every action that discloses anything', () => {
    expect(looked.flatMap(({ named }) => named).toSorted()).toEqual(processes.flatMap(publishing).toSorted());
    expect(looked.flatMap(({ named }) => named).length).toBeGreaterThan(35);
  });

  it('holds none of them in the bytes of its files either, from the first tile to the checkpoint', async () => {
    const { folder, remove } = freshFolder();
    const sqlite = openSqlite({ file: ':memory:' });
    try {
      const [table, files] = [sqlite.table('disclosure'), openPublicFolder({ folder: join(folder, 'log') })];
      const { filling, marks } = marking(0);
      const disclosed = processes.flatMap((process) => [...walk(process, filling)].filter(({ event }) => event.public));
      for (const [n, { event }] of disclosed.entries())
        await enqueue(table, { event: `${event.id}${n}`, at: event.at, text: textOf({ ...event, id: `${event.id}${n}` }) });
      const log = { origin: 'log.example/log', url: '', base: 0, files };
      const ledger = { log, earlier: [], signers: openLedgerKeys(folder).signers };
      const { round } = openSequencer({ table, staging: openFiles({ folder: join(folder, 'objects') }), ledger, now: () => new Date() });
      while (await round());
      const paths = await files.list('');
      const bytes = Buffer.concat(await Promise.all(paths.map(async (path) => (await files.get(path))?.body ?? new Uint8Array()))).toString(
        'latin1',
      );
      expect(bytes.length).toBeGreaterThan(disclosed.length * 200);
      const told = new Set(Object.entries(open).flatMap(([kind, shown]) => shown.map((path) => `${kind} ${path}`)));
      const leaks = leaksOf(bytes, marks).filter(
        ({ kind, path, shape }) => shape !== 'plain' || !(path === 'id' || told.has(`${kind} ${path}`)),
      );
      expect(leaks).toEqual([]);
    } finally {
      sqlite.close();
      remove();
    }
  });

  it('shows all that is declared public, so that the list of it is no wider than what is shown', () => {
    const declared = Object.entries(open).flatMap(([kind, paths]) => paths.map((path) => `${kind}: ${path}`));
    const shown = new Set(looked.flatMap((one) => one.shown));
    expect(declared.filter((one) => !shown.has(one)).toSorted()).toEqual([]);
  });

  it('says nothing of records whose id names a person, and seals nothing of what nobody is told', () => {
    for (const kind of ['membership', 'sheet']) expect(publishing(processOf(kind))).toEqual([]);
    const idle = processes.flatMap(({ contract, create, actions }) =>
      Object.entries({ create, ...actions })
        .filter(([, row]) => (row as { publish: unknown }).publish === 'nothing' && 'commits' in (row as object))
        .map(([name]) => `${contract.kind}.${name}`),
    );
    expect(idle).toEqual([]);
  });
});

type Signed = Stored & {
  readonly data: { readonly terms: { readonly purpose: string; readonly buyer: string; readonly priceFen: number } };
};
/** The table of contracts, with another disclosure of what was signed. */
const leaking = (publish: (r: Signed) => object): Process => {
  const contract = processOf('contract');
  const sign = contract.actions['sign' as never] as object;
  return { ...contract, actions: { ...contract.actions, sign: { ...sign, publish } } } as unknown as Process;
};
const purposeOf = ({ data }: Signed): string => data.terms.purpose;
const inBytes =
  (encoding: BufferEncoding, before = '') =>
  (r: Signed) => ({
    told: Buffer.from(`${before}${purposeOf(r)}`).toString(encoding),
  });

describe('a leak', () => {
  it.each<readonly [string, (r: Signed) => object, string]>([
    ['in plain text', (r) => ({ told: purposeOf(r) }), 'plain'],
    ['within a sentence', (r) => ({ told: `为了${purposeOf(r)}而购` }), 'plain'],
    ['as the name of a member', (r) => ({ [purposeOf(r)]: true }), 'plain'],
    ['in capitals', (r) => ({ told: purposeOf(r).toUpperCase() }), 'plain'],
    ['in base64', inBytes('base64'), 'base64'],
    ['in base64 after one other byte', inBytes('base64', 'x'), 'base64'],
    ['in base64 after two other bytes', inBytes('base64', 'xy'), 'base64'],
    ['in base64url', inBytes('base64url'), 'base64'],
    ['in hex', inBytes('hex'), 'hex'],
    ['as its digest', (r) => ({ told: digest(purposeOf(r)) }), 'SHA-256'],
    ['as the digest of its JSON', (r) => ({ told: digest(canonical(purposeOf(r))) }), 'SHA-256 of its JSON'],
    ['as its digest in base64', (r) => ({ told: Buffer.from(digest(purposeOf(r)).slice(7), 'hex').toString('base64') }), 'SHA-256'],
  ])('%s is found', (_how, told, shape) => {
    expect(lookAt(leaking(told)).leaks).toContain(`contract.sign shows contract terms.purpose: ${shape}`);
  });

  it('of a number, and of the digest of guessable terms, is found', () => {
    const price = lookAt(leaking(({ data }) => ({ price: data.terms.priceFen }))).leaks;
    expect(price).toEqual(['contract.sign shows contract terms.priceFen: plain']);
    const terms = lookAt(leaking(({ data }) => ({ digest: digest(canonical(data.terms)) }))).leaks;
    expect(terms).toEqual(['contract.sign discloses a digest', 'contract.sign shows a plain digest']);
    const some = lookAt(
      leaking(
        ({
          data: {
            terms: { buyer, priceFen },
          },
        }) => ({ digest: digest(canonical({ buyer, priceFen })) }),
      ),
    ).leaks;
    expect(some).toEqual(['contract.sign discloses a digest']);
  });

  it('by a commitment without its salt is found', () => {
    const contract = processOf('contract');
    const bare = ({ event }: Walked): string =>
      textOf(event, (field, value) => ({ field, commitment: digest(canonical({ field, value })) }));
    expect(lookAt(contract, bare).leaks).toContain('contract.sign shows a plain digest');
    const same = ({ event }: Walked): string =>
      textOf(event, (field, value) => ({ field, commitment: commitmentOf({ field, salt: 'A'.repeat(43), value: value as never }) }));
    expect(lookAt(contract, same).leaks).toEqual([]); // a salt that all know is no salt: that they differ is asked of the openings
  });

  it('of what is public of another kind is none, and of what is not is one', () => {
    const told = (pick: string) => lookAt(leaking((r) => ({ product: (r.links as unknown as Record<string, string>)[pick] }))).leaks;
    expect(told('order')).toEqual(['contract.sign shows contract links.order: plain']);
  });
});
