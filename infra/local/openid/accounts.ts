import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import * as z from 'zod';

/** A person as tokens speak of one. `verified` says whether somebody has made sure that the address is theirs. */
export type Person = { readonly id: string; readonly name: string; readonly email: string; readonly verified: boolean };

/** Why a person could not enter; the page has a sentence for each. */
export type EntryRefusal = 'incomplete' | 'taken' | 'mismatch' | 'wait';

export type Accounts = {
  readonly find: (id: string) => Person | undefined;
  /** Makes a person known: answers their id, or why not. */
  readonly enrol: (form: unknown) => Promise<{ readonly id: string } | { readonly refused: EntryRefusal }>;
  /** Answers the id of the person whose address and password these are, or why not. Five wrong ones in a row cost a minute each. */
  readonly enter: (form: unknown) => Promise<{ readonly id: string } | { readonly refused: EntryRefusal }>;
};

const credentials = z.object({
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  // NIST SP 800-63B asks length, not composition
  password: z.string().min(12).max(200),
});
const enrolment = credentials.extend({ name: z.string().trim().min(1).max(60) });

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
/** OWASP's password storage cheat sheet: 32 MB, three passes. */
const hashOf = (password: string, salt: string) =>
  derive(password.normalize('NFKC'), Buffer.from(salt, 'hex'), 32, { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 2 ** 20 });

const triesAtOnce = 5;
const waitMs = 60_000;

/** The people of a host without demonstration people, each with a password of their own. Their addresses are claimed, not verified. */
export const accountsOn = (state: DatabaseSync): Accounts => {
  const byId = state.prepare('select id, name, email from person where id = ?');
  const byEmail = state.prepare('select id, salt, hash from person where email = ?');
  const add = state.prepare('insert or ignore into person (id, email, name, salt, hash) values (?, ?, ?, ?, ?)');
  // counted before the password is looked at, so that tries made at once count too
  const tryOnce = state.prepare('update person set tries = tries + 1, tried = ? where id = ? and (tries < ? or tried <= ?)');
  const forget = state.prepare('update person set tries = 0 where id = ?');

  return {
    find: (id) => {
      const row = byId.get(id);
      return row && { id, name: String(row['name']), email: String(row['email']), verified: false };
    },
    enrol: async (form) => {
      const asked = enrolment.safeParse(form);
      if (!asked.success) return { refused: 'incomplete' };
      const { email, name, password } = asked.data;
      const [id, salt] = [`p-${randomBytes(8).toString('hex')}`, randomBytes(16).toString('hex')];
      const hash = (await hashOf(password, salt)).toString('hex');
      return add.run(id, email, name, salt, hash).changes === 1 ? { id } : { refused: 'taken' };
    },
    enter: async (form) => {
      const asked = credentials.safeParse(form);
      if (!asked.success) return { refused: 'mismatch' };
      const row = byEmail.get(asked.data.email);
      const id = String(row?.['id']);
      if (row && tryOnce.run(Date.now(), id, triesAtOnce, Date.now() - waitMs).changes === 0) return { refused: 'wait' };
      // an unknown address takes as long as a known one
      const hash = await hashOf(asked.data.password, String(row?.['salt'] ?? '00'.repeat(16)));
      if (!row || !timingSafeEqual(hash, Buffer.from(String(row['hash']), 'hex'))) return { refused: 'mismatch' };
      forget.run(id);
      return { id };
    },
  };
};
