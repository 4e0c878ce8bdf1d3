// @ts-check
/** @import { Me, Page, Problem, View } from './shapes.ts' */
import { accessToken, acting, forget, know, myself } from './session.js';

/** A refusal of the API, as problem+json tells it. */
export class Refused extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}
/** @type {Problem} */
const offline = {
  code: 'offline',
  status: 0,
  detail: {
    zh: '网络未连通，请检查后重试；已填内容仍在。',
    en: 'The network cannot be reached; check it and try again. What you filled in is still here.',
  },
};

/** @typedef {{ readonly body?: unknown, readonly key?: string, readonly ifMatch?: number }} Sent */

/** @param {string} method @param {string} path @param {Sent} sent */
const send = async (method, path, { body, key, ifMatch }) => {
  const token = accessToken();
  const organisation = acting()?.organisation;
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(token === undefined || organisation === undefined ? {} : { 'harbour-organisation': organisation }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
  };
  try {
    return await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  } catch {
    throw new Refused(offline);
  }
};

/** @param {Response} answer */
const content = async (answer) => {
  try {
    return await answer.json();
  } catch {
    throw new Refused({ ...offline, code: 'internal', status: answer.status });
  }
};

/**
 * Asks the API.
 * @template T
 * @param {string} method @param {string} path @param {Sent} [sent]
 * @returns {Promise<T>}
 * @throws {Refused}
 */
const call = async (method, path, sent = {}) => {
  const answer = await send(method, path, sent);
  const body = await content(answer);
  if (answer.ok) return body;
  if (answer.status === 401) forget();
  throw new Refused(body);
};
/** @template T @param {string} path @returns {Promise<T>} */
export const get = async (path) => call('GET', path);
/** @template T @param {string} path @param {Sent} sent @returns {Promise<T>} */
export const post = async (path, sent) => call('POST', path, sent);

/** A file, as its bytes. @param {string} path @returns {Promise<Uint8Array<ArrayBuffer>>} */
export const download = async (path) => {
  const answer = await send('GET', path, {});
  if (!answer.ok) throw new Refused(await content(answer));
  return new Uint8Array(await answer.arrayBuffer());
};

/** @param {string} plural @param {string} id @returns {Promise<View>} */
export const readRecord = async (plural, id) => get(`/v1/${plural}/${encodeURIComponent(id)}`);
/** @template T @param {string} path @param {Record<string, string | undefined>} [query] @returns {Promise<Page<T>>} */
export const readPage = async (path, query = {}) => {
  const given = Object.entries(query).filter(
    /** @returns {entry is [string, string]} */ (entry) => entry[1] !== undefined && entry[1] !== '',
  );
  const search = new URLSearchParams(given).toString();
  return get(search === '' ? path : `${path}?${search}`);
};

/**
 * The keys of one form: the same content sent again bears the same key, so that it is done once; another content bears another.
 * @returns {(body: unknown) => string}
 */
export const submission = () => {
  let last = '';
  let key = '';
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last || key === '') key = crypto.randomUUID();
    last = text;
    return key;
  };
};

/** Learns who is signed in, once. @returns {Promise<Me | undefined>} */
export const whoAmI = async () => {
  if (accessToken() === undefined) return undefined;
  if (!myself()) {
    try {
      know(await get('/v1/me'));
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 401) return undefined;
      throw error;
    }
  }
  return myself();
};

let ahead = 0;
/** Learns the host's time, which a demonstration may have moved. */
export const learnTime = async () => {
  const asked = Date.now();
  /** @type {{ now: string }} */
  const { now } = await get('/v1/health');
  ahead = Date.parse(now) - (asked + Date.now()) / 2;
};
/** @param {string} instant */
export const isPast = (instant) => Date.parse(instant) < Date.now() + ahead;
/** How long ago an instant was, in milliseconds. @param {string} instant */
export const elapsedSince = (instant) => Math.max(0, Date.now() + ahead - Date.parse(instant));
