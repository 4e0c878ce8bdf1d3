import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { organisations } from '../demo/people.ts';
import type { Role } from '../../../contracts/roles.ts';
import type { Problem } from '../../../shared/edge/refusal.ts';

// What the journey reads of a record's data, whatever its kind.
type Data = { readonly [name: string]: unknown } & {
  readonly tally: { readonly compliance: number; readonly security: number };
  readonly terms: { readonly order: string };
  readonly digest: string;
};
/** A record as the API shows it, as far as the journey looks. */
export type View = {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly owner: string;
  readonly isLive: boolean;
  readonly links: Readonly<Record<string, string | readonly string[]>>;
  readonly data: Data;
  readonly offered: readonly string[];
};
export type Line = { readonly kind: string; readonly id: string; readonly title: string; readonly status: string };
export type Answer<T> = { readonly status: number; readonly headers: Headers; readonly body: T };

/** A refusal, where the journey did not expect one. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  constructor(what: string, problem: Problem) {
    super(`${what}: ${problem.code} ${JSON.stringify(problem.about ?? problem.issues ?? '')} ${problem.detail?.zh ?? ''}`);
    this.problem = problem;
  }
}

/** The n-th demonstration person who holds a role, of one organisation where several have it. */
export const personWith = (role: Role, n = 0, organisation?: string): string => {
  const found = organisations
    .filter((o) => organisation === undefined || o.id === organisation)
    .flatMap((o) => o.people.filter((p) => p.roles.includes(role)));
  const person = found[n];
  if (!person) throw new RangeError(`no demonstration person ${n} is ${role}`);
  return person.id;
};

export type Session = Awaited<ReturnType<typeof signIn>>;

/** Signs a demonstration person in and lets them act for their organisation, over HTTP like anyone else. */
export const signIn = async (origin: string, person: string) => {
  const token = await fetch(`${origin}/oidc/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person }),
  });
  if (!token.ok) throw new Error(`${person} could not sign in: ${token.status}`);
  const { access_token: access } = (await token.json()) as { access_token: string };
  let organisation = '';
  const request = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${origin}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${access}`,
        ...(organisation === '' ? {} : { 'harbour-organisation': organisation }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const send = async <T>(...asked: Parameters<typeof request>): Promise<Answer<T>> => {
    const response = await request(...asked);
    return { status: response.status, headers: response.headers, body: (await response.json()) as T };
  };
  const good = <T>(what: string, answer: Answer<T>): T => {
    if (answer.status >= 400) throw new Refusal(`${person} ${what}`, answer.body as Problem);
    return answer.body;
  };
  const get = async <T = View>(path: string): Promise<T> => good(`GET ${path}`, await send<T>('GET', path));
  /** A file, as its bytes. */
  const download = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    const response = await request('GET', path);
    if (!response.ok) throw new Refusal(`${person} GET ${path}`, (await response.json()) as Problem);
    return new Uint8Array(await response.arrayBuffer());
  };
  /** Takes an action on a record as it stands now, having read it. */
  const act = async (record: Pick<View, 'id'>, plural: string, action: string, input: object = {}): Promise<View> => {
    const read = await get(`/v1/${plural}/${record.id}`);
    const path = `/v1/${plural}/${record.id}/${action}`;
    return good(
      `POST ${path}`,
      await send<View>('POST', path, input, { 'idempotency-key': randomUUID(), 'if-match': `"${read.version}"` }),
    );
  };
  const create = async (plural: string, input: object): Promise<View> =>
    good(`POST /v1/${plural}`, await send<View>('POST', `/v1/${plural}`, input, { 'idempotency-key': randomUUID() }));
  const list = async (plural: string, scope: 'own' | 'party' | 'region' | 'queue'): Promise<readonly Line[]> =>
    (await get<{ items: readonly Line[] }>(`/v1/${plural}?scope=${scope}&limit=100`)).items;

  const me = await get<{ memberships: readonly { organisation: string }[] }>('/v1/me');
  organisation = me.memberships[0]?.organisation ?? '';
  return { person, organisation, send, get, download, act, create, list };
};

/** Asks again until it is so: what follows elsewhere from an event follows a moment later. What takes long is asked for less often. */
export const until = async <T>(what: string, ask: () => Promise<T | undefined>, seconds = 60): Promise<T> => {
  for (const start = Date.now(); ;) {
    const found = await ask();
    if (found !== undefined) return found;
    const waited = Date.now() - start;
    if (waited > seconds * 1000) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await pause(Math.min(1000, 50 + waited / 50));
  }
};
