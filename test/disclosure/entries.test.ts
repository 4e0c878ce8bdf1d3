import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Entry, Opening } from '../../contracts/disclosure.ts';
import { commitmentOf, entryOf, sealedOf } from '../../functions/disclosure/entry.ts';
import { longestEntry } from '../../functions/disclosure/ledger.ts';
import { entitledOpenings, eraseOpening, openingsFor, openingsOf, openingsRoute } from '../../functions/disclosure/openings.ts';
import type { Ports } from '../../shared/edge/ports.ts';
import { lineOf } from '../../shared/edge/view.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import type { Event } from '../../shared/kernel/decide.ts';
import type { Person } from '../../shared/kernel/process.ts';
import { openRecords } from '../../shared/store/records.ts';
import { openSqlite } from '../../shared/store/sqlite.ts';
import type { Table } from '../../shared/store/table.ts';
import { processes, processOf } from '../laws/registry.ts';
import { done, when } from '../support/decisions.ts';
import { now, recordOf } from '../support/fixtures.ts';
import { people, systems } from '../support/people.ts';
import { marking, textOf } from './marks.ts';
import { publishing, walk, type Filling, type Schema } from './walk.ts';

const tables = (): { readonly records: Table; readonly disclosure: Table } => {
  const engine = openSqlite({ file: ':memory:' });
  return { records: engine.table('records'), disclosure: engine.table('disclosure') };
};
const buyer = people['buyer agent'];
const trade = recordOf('order', 'delivering', { data: { remittance: 'BANK-000001', contractDigest: 'sha256:contract' } });
const { next: accepted, event: acceptance } = done(when(buyer, 'accept', trade));

describe('an entry of the public ledger', () => {
  it('is one of the published shape, whatever the action', () => {
    const strange = processes.flatMap((process) =>
      walk(process, marking(0).filling)
        .filter(({ event }) => event.public)
        .flatMap(({ name, event }) => {
          const { success, error } = Entry.safeParse(JSON.parse(textOf(event)));
          return success ? [] : [`${name}: ${error.message}`];
        }),
    );
    expect(strange).toEqual([]);
  });

  it('tells what the action chose to disclose, and commits to who took it and to what its table seals', () => {
    const entry = entryOf(
      acceptance,
      Object.keys(sealedOf(acceptance)).map((field) => ({ field, commitment: `sha256:${'0'.repeat(64)}` })),
    );
    expect(entry).toMatchObject({
      event: 'order.order-1.4',
      action: 'accept',
      seat: 'owner:buyer.agent',
      disclosed: { id: 'order-1', product: 'product-1' },
    });
    expect(Object.keys(entry.commitments).toSorted()).toEqual(
      ['buyer', 'by:owner:buyer.agent', 'contract', 'contractDigest', 'org:owner:buyer.agent', 'remittance', 'seller'].toSorted(),
    );
  });

  it('commits to nobody where a system acted, and to each of those who signed together', () => {
    const lapse = done(when(systems['system clock'], 'lapseInspection', trade)).event;
    expect(Object.keys(sealedOf(lapse)).filter((field) => field.includes(':'))).toEqual([]);
    const half = done(when(people['lead of the city'], 'resume', recordOf('grant', 'suspended')));
    expect(half.event).not.toHaveProperty('signers');
    const { event } = done(when(people['case of the district'], 'resume', half.next));
    expect(sealedOf(event)).toEqual({
      'by:authority.lead': 'lead',
      'org:authority.lead': 'authority-city',
      'by:authority.case': 'case-d',
      'org:authority.case': 'authority-district',
    });
  });

  it('commits to no signature on a content that was changed', () => {
    const first = done(
      when(people['operator signatory'], 'terminate', recordOf('contract', 'signed'), { input: { reason: '第一种说法' } }),
    );
    const second = done(when(people['buyer signatory'], 'terminate', first.next, { input: { reason: '第二种说法' } }));
    const other = { ...people['operator signatory'], id: 'signatory-2' };
    const { event } = done(when(other, 'terminate', second.next, { input: { reason: '第二种说法' } }));
    expect(sealedOf(event)).toMatchObject({ 'by:party:buyer.signatory': 'buyer-sign', 'by:owner:operator.signatory': 'signatory-2' });
    expect(JSON.stringify(event)).not.toContain('"signatory"');
  });

  it('is not made while a sealed field has no commitment', () => {
    expect(() => entryOf(acceptance, [])).toThrow(RangeError);
  });
});

let persons = 0;
/** Every text as long as its bound allows, in characters of three bytes; every list as full; ids as long as ids are. */
const largest: Filling = {
  leaf: (_kind, path, { type, format, pattern, maxLength = 120, maximum = 1 }: Schema) => {
    if (path === 'by') return `person-${(persons += 1)}`.padEnd(80, 'x');
    if (type === 'integer') return maximum;
    if (type === 'boolean') return false;
    if (format === 'date-time') return now;
    if (format === 'date') return '2031-12-31';
    return (pattern === undefined || maxLength > 120 ? '数' : 'x').repeat(maxLength);
  },
  items: ({ minItems = 1, maxItems = minItems }) => maxItems,
  variant: 0,
};

describe('the longest entry', () => {
  it.each(processes.filter((process) => publishing(process).length > 0).map((process) => [process.contract.kind, process] as const))(
    'of a %s fits into a bundle of the log, whatever its contract lets in',
    (_kind, process) => {
      const walked = walk(process, largest).filter(({ event }) => event.public);
      const sizes = walked.map(({ event }) => Buffer.byteLength(textOf(event)));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(longestEntry);
      expect(Math.max(...sizes)).toBeGreaterThan(400);
    },
  );
});

describe('the opening of a field', () => {
  it('gives the commitment to whoever computes it for themselves', async () => {
    const kept = await openingsFor(tables().disclosure, acceptance);
    for (const one of kept) {
      if (!('salt' in one)) throw new Error('erased');
      const { field, salt, value } = one;
      expect(Opening.parse({ field, salt, value })).toEqual({ field, salt, value });
      expect(Buffer.from(salt, 'base64url')).toHaveLength(32);
      const bytes = `{"field":${JSON.stringify(field)},"salt":"${salt}","value":${JSON.stringify(value)}}`;
      expect(one.commitment).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    }
    expect(kept.map(({ field }) => field).toSorted()).toEqual(Object.keys(sealedOf(acceptance)).toSorted());
  });

  it('has a salt of its own in every field of every event', async () => {
    const { disclosure } = tables();
    const events = Array.from({ length: 40 }, (_, n): Event => ({ ...acceptance, id: `order.order-1.${n + 1}` }));
    const kept = await Promise.all(events.map((event) => openingsFor(disclosure, event)));
    const salts = kept.flat().flatMap((one) => ('salt' in one ? [one.salt] : []));
    expect(salts).toHaveLength(40 * Object.keys(sealedOf(acceptance)).length);
    expect(new Set(salts).size).toBe(salts.length);
  });

  it('is made once, whoever asks at once or again, so that an event has one entry', async () => {
    const { disclosure } = tables();
    const asked = await Promise.all(Array.from({ length: 20 }, () => openingsFor(disclosure, acceptance)));
    const again = await openingsFor(disclosure, acceptance);
    expect(new Set([...asked, again].map((kept) => canonical(entryOf(acceptance, kept)))).size).toBe(1);
  });

  it('is forgotten when it is erased: its salt and value are nowhere, its commitment stays, and so does the entry', async () => {
    const { disclosure } = tables();
    const before = await openingsFor(disclosure, acceptance);
    const field = 'by:owner:buyer.agent';
    expect(await eraseOpening(disclosure, acceptance.id, field, now)).toBe(true);
    const salt = before.flatMap((one) => (one.field === field && 'salt' in one ? [one.salt] : []))[0] ?? '';
    const stored = JSON.stringify(await disclosure.query({ key: `opening#${acceptance.id}`, prefix: field, limit: 10 }));
    expect(salt).toHaveLength(43);
    expect(stored).not.toContain(salt);
    expect(stored).not.toContain('value');
    const after = await openingsFor(disclosure, acceptance);
    expect(after.find((one) => one.field === field)).toEqual({
      field,
      erasedAt: now,
      commitment: before.find((one) => one.field === field)?.commitment,
    });
    expect(canonical(entryOf(acceptance, after))).toBe(canonical(entryOf(acceptance, before)));
    expect(after.filter((one) => one.field !== field)).toEqual(before.filter((one) => one.field !== field));
  });

  it('is erased once, at the first instant, and nothing is erased that is not there', async () => {
    const { disclosure } = tables();
    await openingsFor(disclosure, acceptance);
    const later = '2027-01-01T00:00:00.000Z';
    const all = await Promise.all(Array.from({ length: 5 }, () => eraseOpening(disclosure, acceptance.id, 'buyer', now)));
    expect([...all, await eraseOpening(disclosure, acceptance.id, 'buyer', later)]).toEqual(Array(6).fill(true));
    expect((await openingsOf(disclosure, acceptance.id)).find((one) => one.field === 'buyer')).toMatchObject({ erasedAt: now });
    expect(await eraseOpening(disclosure, acceptance.id, 'purpose', now)).toBe(false);
    expect(await eraseOpening(disclosure, 'order.other.1', 'buyer', now)).toBe(false);
  });

  it('with another salt, value or name gives another commitment', () => {
    const one = { field: 'buyer', salt: 'A'.repeat(43), value: 'buyer-a' };
    const others = [one, { ...one, field: 'seller' }, { ...one, salt: 'B'.repeat(43) }, { ...one, value: 'buyer-b' }].map(commitmentOf);
    expect(new Set(others).size).toBe(4);
  });
});

describe('who may open a commitment', () => {
  const { records: table, disclosure } = tables();
  const records = openRecords(table, { reactionsTo: () => [] });
  const ports = {
    records,
    tables: { disclosure, openings: disclosure },
    processes: new Map(processes.map((process) => [process.contract.kind, process])),
    door: { load: async (refs: Parameters<typeof records.getAll>[0]) => records.getAll(refs) },
  } as unknown as Ports;
  const written = (async () => {
    await records.commit({ writes: [{ process: processOf('order'), next: accepted, event: acceptance }] });
    await openingsFor(disclosure, acceptance);
  })();
  const asks = async (actor: Person, event = acceptance.id): Promise<readonly string[] | string> => {
    await written;
    try {
      const { body } = await openingsRoute.answers({ actor, ports, query: { event }, params: {}, body: {} });
      return (body as { items: readonly { field: string }[] }).items.map(({ field }) => field).toSorted();
    } catch (error) {
      return (error as Error).message;
    }
  };
  const all = Object.keys(sealedOf(acceptance)).toSorted();
  const unnamed = all.filter((field) => !field.startsWith('by:'));

  it('are both sides of the record and those who oversee it; only the actor’s own side and overseers are told the person', async () => {
    expect(await asks(buyer)).toEqual(all);
    expect(await asks(people['buyer signatory'])).toEqual(all);
    expect(await asks(people.auditor)).toEqual(all);
    expect(await asks(people['operator agent'])).toEqual(unnamed);
    expect(await asks(people['venue cashier'])).toEqual(unnamed);
  });

  it.each(['visitor', 'newcomer', 'other buyer agent', 'other operator agent', 'auditor of another district', 'sre', 'steward'] as const)(
    'is not %s, for whom there is no such record',
    async (who) => {
      expect(await asks(people[who])).toBe('not_found');
      expect(await entitledOpenings({ actor: people[who], ports }, acceptance.id)).toEqual([]);
    },
  );

  it('is nobody where nothing was disclosed, or there is no such event', async () => {
    for (const event of ['order.order-1.3', 'order.order-1.5', 'order.order-2.4', 'nothing.order-1.4', 'log.keys.1'])
      expect([event, await asks(people.auditor, event)]).toEqual([event, 'not_found']);
    for (const event of ['order', 'order.order-1', 'order.order-1.0', 'order.order-1.4 ', '../order.1'])
      expect([event, await asks(people.auditor, event)]).toEqual([event, 'invalid_input']);
  });

  it('is not whoever reads the timeline: it shows nothing of what is sealed', () => {
    const told = JSON.stringify(
      lineOf({ ...acceptance, signers: { 'party:buyer.signatory': { by: 'someone', org: 'their-own' } } }, people.auditor),
    );
    for (const secret of ['sealed', 'signers', 'someone', 'their-own', 'BANK-000001', 'sha256:contract', 'operator-a'])
      expect([secret, told.includes(secret)]).toEqual([secret, false]);
  });

  it('is the auditor of the region, whatever record disclosed something', () => {
    const closed = processes.filter((process) => publishing(process).length > 0 && !process.sees.roles.includes('auditor'));
    expect(closed.map(({ contract }) => contract.kind)).toEqual([]);
  });

  it('reads of an erased field when it was erased, and gets no opening of it for a receipt', async () => {
    await asks(buyer);
    await eraseOpening(disclosure, acceptance.id, 'remittance', now);
    const { body } = await openingsRoute.answers({ actor: buyer, ports, query: { event: acceptance.id }, params: {}, body: {} });
    const erased = (body as { items: readonly { field: string }[] }).items.find(({ field }) => field === 'remittance');
    expect(erased).toEqual({ field: 'remittance', erasedAt: now, commitment: expect.stringMatching(/^sha256:/) });
    const openings = await entitledOpenings({ actor: buyer, ports }, acceptance.id);
    expect(openings.map(({ field }) => field).toSorted()).toEqual(all.filter((field) => field !== 'remittance'));
  });
});
