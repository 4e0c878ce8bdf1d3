import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import * as z from 'zod';

/**
 * Opens the provider's one file, `openid.sqlite`: keys, sessions, people. What was acknowledged survives a SIGKILL.
 * The file holds private keys and hashes of passwords, so that nobody but its owner may read it.
 */
export const openState = (folder: string): DatabaseSync => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'openid.sqlite');
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600); // a restored copy may have come with another mode
  const state = new DatabaseSync(file, { timeout: 5000 });
  state.exec(`
    create table if not exists secret (name text primary key, value text not null) strict;
    create table if not exists kept (
      model text not null, id text not null, uid text, grant_id text, payload text not null, expires integer,
      primary key (model, id)
    ) strict;
    create index if not exists kept_by_uid on kept (model, uid) where uid is not null;
    create index if not exists kept_by_grant on kept (model, grant_id) where grant_id is not null;
    create index if not exists kept_by_expiry on kept (expires) where expires is not null;
    create table if not exists person (
      id text primary key, email text not null unique, name text not null, salt text not null, hash text not null,
      tries integer not null default 0, tried integer not null default 0
    ) strict;
  `);
  return state;
};

export type Keys = { readonly signing: { readonly keys: JWK[] }; readonly published: JSONWebKeySet; readonly cookies: readonly string[] };

const newKeys = async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' }, cookie: randomBytes(32).toString('base64url') };
};

const storedKeys = z.object({
  jwk: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    d: z.string(),
    kid: z.string(),
    alg: z.literal('ES256'),
    use: z.literal('sig'),
  }),
  cookie: z.string(),
});

/** The keys of this host, generated at its first start. Of two processes that start at once, one's keys are kept and both use them. */
export const keysIn = async (state: DatabaseSync): Promise<Keys> => {
  const read = () => state.prepare(`select value from secret where name = 'keys'`).get();
  if (!read()) state.prepare(`insert or ignore into secret values ('keys', ?)`).run(JSON.stringify(await newKeys()));
  const { jwk, cookie } = storedKeys.parse(JSON.parse(String(read()?.['value'])));
  const { d: _private, ...published } = jwk;
  return { signing: { keys: [jwk] }, published: { keys: [published] }, cookies: [cookie] };
};

const seconds = () => Math.floor(Date.now() / 1000);

const payloadOf = (row: Record<string, unknown> | undefined) => (row ? (JSON.parse(String(row['payload'])) as AdapterPayload) : undefined);

/** Where `oidc-provider` keeps what outlives a request: sessions, interactions, codes, grants. Nothing is answered past its expiry. */
export const adapterOn = (state: DatabaseSync): AdapterFactory => {
  const put = state.prepare(`insert or replace into kept values (?, ?, ?, ?, ?, ?)`);
  const sweep = state.prepare('delete from kept where expires <= ?');
  const live = '(expires is null or expires > ?)';
  const byId = state.prepare(`select payload from kept where model = ? and id = ? and ${live}`);
  const byUid = state.prepare(`select payload from kept where model = ? and uid = ? and ${live}`);
  const consume = state.prepare(`update kept set payload = json_set(payload, '$.consumed', ?) where model = ? and id = ?`);
  const remove = state.prepare('delete from kept where model = ? and id = ?');
  const revoke = state.prepare('delete from kept where model = ? and grant_id = ?');

  return (model): Adapter => ({
    upsert: async (id, payload, expiresIn) => {
      sweep.run(seconds());
      const expires = expiresIn === undefined ? null : seconds() + expiresIn;
      put.run(model, id, payload.uid ?? null, payload.grantId ?? null, JSON.stringify(payload), expires);
    },
    find: async (id) => payloadOf(byId.get(model, id, seconds())),
    findByUid: async (uid) => payloadOf(byUid.get(model, uid, seconds())),
    // the device flow, which alone has user codes, is off
    findByUserCode: async () => undefined,
    consume: async (id) => void consume.run(seconds(), model, id),
    destroy: async (id) => void remove.run(model, id),
    revokeByGrantId: async (grantId) => void revoke.run(model, grantId),
  });
};
