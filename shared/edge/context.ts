import type * as z from 'zod';
import type { Refusal } from '../../contracts/refusals.ts';
import type { Event } from '../kernel/decide.ts';
import type { Person, Process, Refused, Stored } from '../kernel/process.ts';
import type { Ports } from './ports.ts';

/** An action to take elsewhere because of an event. A creation has no id of its own: it derives from the event's. */
export type Take = { readonly kind: string; readonly action: string; readonly id?: string; readonly input: object };

/** What a reaction does on its source when it is refused; or a decision, with its reason, that nothing needs doing. */
export type OnRefused = { readonly nothing: string } | ((refused: Refused, event: Event, record: Stored) => Take | undefined);

/**
 * What follows elsewhere from an event of a record: actions of a table, taken through the door, or work on a module that is no table.
 * Doing it twice must be doing it once. `record` is the source as it is now, read strongly consistent.
 */
export type Reaction = {
  readonly name: string;
  /** `<kind>.<action>`, or every event that discloses something. */
  readonly on: readonly string[] | 'published';
  readonly refused: OnRefused;
} & (
  | { readonly takes: (event: Event, record: Stored) => readonly Take[] }
  | { readonly runs: (event: Event, record: Stored, ports: Ports) => Promise<Refused | undefined> }
);

export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: string | Uint8Array;
};
export type Call = {
  readonly actor: Person;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly ports: Ports;
  /** What a machine signed the body with: the header Harbour-Signature. */
  readonly signature?: string;
  /** The token of a route that is `keyed`, as it came. */
  readonly token?: string;
  /** The header Idempotency-Key. */
  readonly key?: string;
};
/** A route that no table tells: of an ordinary module. Explicitly public, or for the signed-in only. */
export type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: `/v1/${string}`;
  readonly operation: string;
  readonly summary: readonly [zh: string, en: string];
  readonly open: boolean;
  /** Its bearer token is none of the OpenID provider's: the route itself knows whose it is, and the edge knows nobody. */
  readonly keyed?: true;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** What it answers when all goes well, if not 200. */
  readonly status?: 202;
  /** The media types that it answers with, if not JSON alone. */
  readonly produces?: readonly string[];
  readonly refusals: readonly Refusal[];
  readonly answers: (call: Call) => Promise<Reply>;
};

/** A bounded context: its tables, what it does on events, and what else it serves. */
export type Context = {
  readonly name: string;
  readonly processes: readonly Process[];
  readonly reactions: readonly Reaction[];
  readonly routes: readonly Route[];
};
