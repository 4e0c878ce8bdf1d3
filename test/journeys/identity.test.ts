import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import type { Host } from '../../infra/local/host.ts';
import { assemble, type Cast } from '../../infra/local/journey/journey.ts';
import { keysIn, openState } from '../../infra/local/openid/state.ts';
import type { Problem } from '../../shared/edge/refusal.ts';
import { freshFolder, openTestHost } from '../support/host.ts';
import { key, memberOf, sessionOf, supply, toldIn, tries, wants, type Supply } from '../support/trading.ts';

const { folder, remove } = freshFolder();
let host: Host;
let cast: Cast;
let chain: Supply;

const see = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await fetch(`${host.origin}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
};
/** What a token is answered: 200, or why not. */
const answerTo = async (authorization: string): Promise<string> => {
  const { status, text } = await see('/v1/me', { authorization });
  return status === 200 ? '200' : `${status} ${(JSON.parse(text) as Problem).code}`;
};
/** A part of a token, as RFC 7515 writes it. */
const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeAll(async () => {
  host = await openTestHost({ HARBOUR_FOLDER: folder });
  cast = await assemble(host.origin);
  chain = await supply(cast);
}, 60_000);
afterAll(async () => {
  await host.close();
  remove();
});

describe('a token', () => {
  const claims = { sub: memberOf('bank', 'buyer.agent'), name: '贺欣' };
  type Made = { readonly issuer?: string; readonly audience?: string; readonly expires?: number; readonly claims?: JWTPayload };
  const signed = (
    secret: CryptoKey,
    kid: string,
    alg: string,
    { issuer = `${host.origin}/oidc`, audience = 'data-harbour', expires = 600, claims: own = claims }: Made,
  ) =>
    new SignJWT(own)
      .setProtectedHeader({ alg, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + expires)
      .sign(secret);
  const ofIssuer = async (over: Made = {}): Promise<string> => {
    const state = openState(join(folder, 'openid'));
    const [jwk] = (await keysIn(state)).signing.keys;
    state.close();
    return signed((await importJWK(jwk as never, 'ES256')) as CryptoKey, String(jwk?.kid), 'ES256', over);
  };

  it('of the issuer lets its person in', async () => expect(await answerTo(`Bearer ${await ofIssuer()}`)).toBe('200'));

  it('that has expired, is for another service, from another issuer, or speaks for nobody, is refused', async () => {
    for (const over of [
      { expires: -60 },
      { audience: 'another-service' },
      { issuer: 'https://elsewhere.example' },
      { claims: {} },
      { claims: { sub: '' } },
      { claims: { sub: 'a b' } },
    ])
      expect([over, await answerTo(`Bearer ${await ofIssuer(over)}`)]).toEqual([over, '401 unauthenticated']);
  });

  it('that is forged is refused: another key, another algorithm, no signature, a changed claim', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const good = await ofIssuer();
    const [head = '', body = '', signature = ''] = good.split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const promoted = coded({
      ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as object),
      sub: memberOf('data-bureau', 'authority.lead'),
    });
    const published = new TextEncoder().encode((await see('/oidc/jwks')).text);
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .setIssuer(`${host.origin}/oidc`)
      .setAudience('data-harbour')
      .setExpirationTime('1h')
      .sign(published);
    const forged = [
      await signed(privateKey, kid, 'ES256', {}),
      await signed(privateKey, 'no-such-key', 'ES256', {}),
      hmac,
      `${coded({ alg: 'none' })}.${body}.`,
      `${coded({ alg: 'none', kid })}.${body}.${signature}`,
      `${head}.${promoted}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${head}.${body}`,
      'x.y.z',
      '.',
    ];
    for (const token of forged) expect(await answerTo(`Bearer ${token}`)).toBe('401 unauthenticated');
    for (const other of ['', 'Bearer', 'Bearer ', `Basic ${good}`, good, `Bearer ${good} ${good}`])
      expect([other.slice(0, 12), await answerTo(other)]).toEqual([other.slice(0, 12), '401 unauthenticated']);
  });

  it('is needed for everything but reading what is public', async () => {
    for (const path of ['/v1/me', '/v1/orders', '/v1/resources?scope=own', '/v1/statement?account=buyer:x', '/v1/operations/parked'])
      expect([path, (await see(path)).status]).toEqual([path, 401]);
    const post = await fetch(`${host.origin}/v1/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...key() },
      body: '{}',
    });
    expect(post.status).toBe(401);
  });

  it('speaks for no organisation that its person is not an active member of', async () => {
    const headers = { 'harbour-organisation': cast.lead.organisation };
    for (const named of [cast.lead.organisation, 'no-such-organisation', '../x', 'a'.repeat(81)]) {
      const answer = await cast.buyer.send<Problem>('GET', '/v1/me', undefined, { ...headers, 'harbour-organisation': named });
      expect([named, answer.status, answer.body.code]).toEqual([named, 403, 'not_a_member']);
    }
  });
});

describe('an office', () => {
  it('ends at the very next request after the membership has ended', async () => {
    const [admin, leaving] = [
      await sessionOf(host.origin, 'shipyard', 'org.admin'),
      await sessionOf(host.origin, 'shipyard', 'buyer.agent', 1),
    ];
    expect((await leaving.send('GET', '/v1/orders')).status).toBe(200);
    await admin.act({ id: `${admin.organisation}:${leaving.person}` }, 'memberships', 'end', { reason: '人员离职' });
    expect((await leaving.send<Problem>('GET', '/v1/orders')).body.code).toBe('not_a_member');
    expect((await wants(leaving, 'orders', { listing: chain.listing.id, purpose: 'x' })).body.code).toBe('not_a_member');
  });

  it('ends for everybody while their organisation is suspended', async () => {
    const [agent, admin] = [await sessionOf(host.origin, 'shipyard', 'buyer.agent'), await sessionOf(host.origin, 'shipyard', 'org.admin')];
    await cast.lead.act({ id: agent.organisation }, 'organisations', 'suspend', { reason: '资质复核' });
    for (const person of [agent, admin]) expect((await person.send<Problem>('GET', '/v1/orders')).body.code).toBe('not_a_member');
    await cast.case.act({ id: agent.organisation }, 'organisations', 'reinstate');
    expect((await agent.send<Problem>('GET', '/v1/orders')).body.code).toBe('not_a_member');
    await cast.lead.act({ id: agent.organisation }, 'organisations', 'reinstate');
    expect((await agent.send('GET', '/v1/orders')).status).toBe(200);
  });

  it('is given and changed by two administrators, and not beyond the type of their organisation', async () => {
    const [one, other] = [
      await sessionOf(host.origin, 'shipyard', 'org.admin', 0),
      await sessionOf(host.origin, 'shipyard', 'org.admin', 1),
    ];
    const id = `${one.organisation}:${memberOf('shipyard', 'buyer.signatory')}`;
    await one.act({ id }, 'memberships', 'propose', { roles: ['buyer.agent'] });
    expect((await tries(one, 'memberships', id, 'confirmChange')).body.code).toBe('own_work');
    const held = await sessionOf(host.origin, 'shipyard', 'buyer.signatory');
    expect((await wants(held, 'orders', { listing: chain.listing.id, purpose: '用途' })).body.code).toBe('not_permitted');
    await other.act({ id }, 'memberships', 'confirmChange');
    expect((await wants(held, 'orders', { listing: chain.listing.id, purpose: '用途' })).status).toBe(201);
    expect((await tries(one, 'memberships', id, 'propose', { roles: ['authority.lead'] })).body.code).toBe('role_not_of_type');
    const self = {
      organisation: one.organisation,
      person: 'someone-new',
      name: '新人',
      email: 'new@shipyard.example',
      roles: ['buyer.agent'],
    };
    const proposed = await one.create('memberships', self);
    expect((await tries(one, 'memberships', proposed.id, 'confirm')).body.code).toBe('own_work');
    await other.act(proposed, 'memberships', 'confirm');
  });

  it('over an organisation belongs to its own administrators: who serves another is not to be learnt by asking', async () => {
    const stranger = await sessionOf(host.origin, 'shipyard', 'org.admin');
    const asked = async (person: string) => {
      const { status, body } = await wants(stranger, 'memberships', {
        organisation: cast.buyer.organisation,
        person,
        name: '某人',
        email: 'x@example.cn',
        roles: ['buyer.agent'],
      });
      return toldIn(JSON.stringify([status, body]));
    };
    expect(await asked(cast.buyer.person)).toBe(await asked('nobody-at-all'));
    expect(await asked(cast.buyer.person)).toContain('reference_not_found');
  });
});
