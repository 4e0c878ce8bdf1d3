import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Host } from '../../infra/local/host.ts';
import { Refusal, type Session, type View } from '../../infra/local/journey/client.ts';
import { accept, ask, assemble, revoke, toEntitlement, type Cast } from '../../infra/local/journey/journey.ts';
import { question } from '../../infra/local/journey/material.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { openTestHost } from '../support/host.ts';
import {
  key,
  material,
  memberOf,
  orderSigned,
  priceFen,
  quiet,
  sessionOf,
  supply,
  tokenOf,
  tries,
  version,
  wants,
  type Supply,
} from '../support/trading.ts';

type Sent = { readonly request: string; readonly first: unknown; readonly again: unknown; readonly replayed: string | null };
const told = ({ status, headers, body }: { status: number; headers: Headers; body: View }) => ({
  status,
  etag: headers.get('etag'),
  location: headers.get('location'),
  id: body.id,
  version: body.version,
});

/** A person whose every request is sent twice, as a browser does that lost the first answer. */
const insistent = (session: Session, sent: Sent[]): Session => {
  const both = async (path: string, input: object, headers: Readonly<Record<string, string>>): Promise<View> => {
    const first = await session.send<View & Problem>('POST', path, input, headers);
    if (first.status >= 400) throw new Refusal(`${session.person} ${path}`, first.body);
    const again = await session.send<View>('POST', path, input, headers);
    const [, , plural, , action = 'create'] = path.split('/');
    sent.push({
      request: `${plural} ${action}`,
      first: told(first),
      again: told(again),
      replayed: again.headers.get('idempotent-replayed'),
    });
    return again.body;
  };
  return {
    ...session,
    create: async (plural, input) => both(`/v1/${plural}`, input, key()),
    act: async (record, plural, action, input) => {
      const read = await session.get(`/v1/${plural}/${record.id}`);
      return both(`/v1/${plural}/${record.id}/${action}`, input ?? {}, { ...key(), ...version(read.version) });
    },
  };
};
const insistentCast = (cast: Cast, sent: Sent[]): Cast => {
  const { origin, experts, ...others } = cast;
  const people = Object.fromEntries(Object.entries(others).map(([name, session]) => [name, insistent(session, sent)]));
  return { ...people, origin, experts: experts.map((expert) => insistent(expert, sent)) } as Cast;
};

let host: Host;
let cast: Cast;
const sent: Sent[] = [];
let made: Awaited<ReturnType<typeof toEntitlement>>;
beforeAll(async () => {
  host = await openTestHost();
  cast = await assemble(host.origin);
  const twice = insistentCast(cast, sent);
  made = await toEntitlement(twice, material, quiet);
  const { query } = await ask(twice, made.entitlement, question(material));
  await accept(twice, made.order, quiet);
  await revoke(twice, made.grant, made.entitlement, query, question(material), quiet);
}, 60_000);
afterAll(async () => host.close());

describe('a request that is sent again', () => {
  it('is answered as the first was, for every step of the main job, and says so', () => {
    expect(new Set(sent.map((s) => s.request)).size).toBeGreaterThanOrEqual(30);
    for (const { request, first, again, replayed } of sent)
      expect({ request, replayed, ...(again as object) }).toEqual({ request, replayed: 'true', ...(first as object) });
  });

  it('leaves one event for each step, not two', async () => {
    const { items } = await cast.case.get<{ items: readonly { action: string }[] }>(`/v1/resources/${made.resource.id}/history`);
    expect(items.map((line) => line.action)).toEqual(['create', 'submit', 'check', 'publish']);
  });
});

describe('a key', () => {
  let another: Supply;
  let listing: View;
  const order = (purpose = '评估网点布局。') => ({ listing: listing.id, purpose });
  beforeAll(async () => {
    another = await supply(cast);
    ({ listing } = another);
  }, 60_000);

  it('that was used with another content is told apart', async () => {
    const same = randomUUID();
    const first = await wants(cast.buyer, 'orders', order(), same);
    const other = await wants(cast.buyer, 'orders', order('另一个用途。'), same);
    expect([first.status, other.status, other.body.code]).toEqual([201, 409, 'key_reused']);
    const cancelled = await tries(cast.buyer, 'orders', first.body.id, 'cancel', { reason: '不再需要' }, same + '-cancel');
    const reworded = await tries(cast.buyer, 'orders', first.body.id, 'cancel', { reason: '预算调整' }, same + '-cancel');
    expect([cancelled.status, reworded.status, reworded.body.code]).toEqual([200, 409, 'key_reused']);
  });

  it('of another person is another request', async () => {
    const colleague = await sessionOf(host.origin, 'bank', 'buyer.agent', 1);
    const same = randomUUID();
    const [mine, theirs] = [await wants(cast.buyer, 'orders', order(), same), await wants(colleague, 'orders', order(), same)];
    expect([mine.status, theirs.status, theirs.headers.get('idempotent-replayed')]).toEqual([201, 201, null]);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('of the same person for another organisation is another request', async () => {
    const [admin, second] = [
      await sessionOf(host.origin, 'shipyard', 'org.admin', 0),
      await sessionOf(host.origin, 'shipyard', 'org.admin', 1),
    ];
    const person = memberOf('bank', 'buyer.agent');
    const appointment = {
      organisation: admin.organisation,
      person,
      name: '贺欣',
      email: 'he-xin@shipyard.example',
      roles: ['buyer.agent'],
    };
    const proposed = await admin.create('memberships', appointment);
    await second.act(proposed, 'memberships', 'confirm');
    const same = randomUUID();
    const mine = await wants(cast.buyer, 'orders', order(), same);
    const headers = { ...key(same), 'harbour-organisation': admin.organisation };
    const theirs = await cast.buyer.send<View>('POST', '/v1/orders', order(), headers);
    expect([theirs.status, theirs.headers.get('idempotent-replayed'), theirs.body.owner]).toEqual([201, null, admin.organisation]);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('opens nothing for someone whose membership has ended since', async () => {
    const leaving = await sessionOf(host.origin, 'bank', 'buyer.agent', 1);
    const [kept, end] = [randomUUID(), { reason: '人员调离' }];
    const placed = await wants(leaving, 'orders', order(), kept);
    const admin = await sessionOf(host.origin, 'bank', 'org.admin');
    await admin.act({ id: `${admin.organisation}:${leaving.person}` }, 'memberships', 'end', end);
    const again = await wants(leaving, 'orders', order(), kept);
    expect([placed.status, again.status, again.body.code]).toEqual([201, 403, 'not_a_member']);
    const token = await tokenOf(host.origin, leaving.person);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...key(kept) };
    const alone = await fetch(`${host.origin}/v1/orders`, { method: 'POST', headers, body: JSON.stringify(order()) });
    expect([alone.status, ((await alone.json()) as Problem).code]).toEqual([403, 'not_permitted']);
  });

  it('of a request that was refused can be used again: refusals are not remembered', async () => {
    const due = await orderSigned(cast, listing);
    const same = randomUUID();
    const remittance = `HK${randomUUID().slice(0, 18)}`;
    const short = await tries(cast.cashier, 'orders', due.id, 'confirmPayment', { amountFen: priceFen - 1, remittance }, same);
    const whole = await tries(cast.cashier, 'orders', due.id, 'confirmPayment', { amountFen: priceFen, remittance }, same);
    expect([short.status, short.body.code]).toEqual([422, 'amount_differs']);
    expect([whole.status, whole.headers.get('idempotent-replayed')]).toEqual([200, null]);
    const unread = await cast.lead.send<Problem>('POST', `/v1/grants/${another.grant.id}/suspend`, { reason: '例行核查' }, key(same));
    const read = await tries(cast.lead, 'grants', another.grant.id, 'suspend', { reason: '例行核查' }, same);
    expect([unread.status, read.status]).toEqual([428, 200]);
  });

  it('sent many times at once has one effect, and each is answered', async () => {
    const { listing: fresh } = await supply(cast);
    const wanted = { listing: fresh.id, purpose: '评估网点布局。' };
    const before = (await cast.buyer.list('orders', 'own')).length;
    const same = randomUUID();
    const answers = await Promise.all(Array.from({ length: 12 }, () => wants(cast.buyer, 'orders', wanted, same)));
    expect(answers.map((a) => a.status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
    expect(answers.filter((a) => a.headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await cast.buyer.list('orders', 'own')).toHaveLength(before + 1);
    const id = answers[0]?.body.id ?? '';
    const cancels = await Promise.all(
      Array.from({ length: 12 }, () => tries(cast.buyer, 'orders', id, 'cancel', { reason: '不再需要' }, `${same}-cancel`)),
    );
    expect(cancels.map((a) => a.status)).toEqual(cancels.map(() => 200));
    expect(new Set(cancels.map((a) => a.body.version)).size).toBe(1);
    expect((await cast.buyer.get(`/v1/orders/${id}`)).status).toBe('cancelled');
  });
});
