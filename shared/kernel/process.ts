import type * as z from 'zod'; // as a namespace: `{ z }` adds 300 KB to every bundle
import type { Kind } from '../../contracts/kinds.ts';
import type { Parameters } from '../../contracts/parameters.ts';
import type { Refusal } from '../../contracts/refusals.ts';
import type { OrganisationType, Role } from '../../contracts/roles.ts';

/** What the world may know of a kind of record: its states with the data of each, its inputs, what it refers to. */
export interface Contract extends Kind {
  readonly states: Readonly<Record<string, z.ZodObject>>;
  /** `create` is one of them. */
  readonly inputs: Readonly<Record<string, z.ZodObject>>;
  /** One, or many. */
  readonly refs: Readonly<Record<string, Contract | readonly [Contract]>>;
}
export type Status<C extends Contract> = keyof C['states'] & string;
export type Verb<C extends Contract> = Exclude<keyof C['inputs'] & string, 'create'>;
export type Input<C extends Contract, A extends keyof C['inputs']> = z.output<C['inputs'][A]>;
export type Ref = { readonly kind: string; readonly id: string };

export type Links<C extends Contract> = { readonly [K in keyof C['refs']]?: C['refs'][K] extends Contract ? string : readonly string[] };
export type State<C extends Contract, S extends Status<C> = Status<C>> = S extends S
  ? { readonly status: S; readonly data: z.output<C['states'][S]> }
  : never; // told apart by status
/** What becomes of a record. `links` are added to those it has; `anchors`, where given, replace. */
export type Next<C extends Contract, S extends Status<C> = Status<C>> = State<C, S> & {
  readonly links?: Links<C>;
  readonly anchors?: readonly Ref[];
};

/** Persons who have signed one content of an action, while other seats are awaited. */
export type Signatures = {
  readonly digest: string;
  readonly input: unknown;
  readonly seats: Readonly<Record<string, string>>;
  /** For which organisation each seat has signed. */
  readonly orgs?: Readonly<Record<string, string>>;
};
/** One clock of a record. `due` is an exclusive UTC instant; a provisional one is shown and never fires. */
export type Running = { readonly due: string; readonly provisional: boolean; readonly fired: boolean; readonly reminds?: true };

export type Envelope = {
  readonly id: string;
  readonly version: number;
  readonly schema: number;
  /** The version of the rule base pinned at receipt. */
  readonly rules: string;
  readonly region: string;
  /** An organisation, or `person:<id>`. */
  readonly owner: string;
  /** The other side, where there is one: it sees the record as the owner does. */
  readonly party?: string;
  readonly receivedAt: string;
  /** When the present status began. */
  readonly since: string;
  /** Exclusive UTC instant after which the record is not live, whatever its status. */
  readonly validUntil?: string;
  /** What this record rests on: the links upward of the authority chain. */
  readonly anchors: readonly Ref[];
  /** action -> persons, for four eyes. */
  readonly did: Readonly<Record<string, readonly string[]>>;
  readonly signed: Readonly<Record<string, Signatures>>;
  readonly clocks: Readonly<Record<string, Running>>;
};
export type Stored<C extends Contract = Contract, S extends Status<C> = Status<C>> = State<C, S> &
  Envelope & { readonly kind: string; readonly links: Links<C> };
/** A referenced record as an action sees it. Live means: status in `live` and now before `validUntil`. */
export type Seen<C extends Contract = Contract> = Stored<C> & { readonly isLive: boolean };
export type Refs<C extends Contract, R extends keyof C['refs']> = {
  readonly [K in R]: C['refs'][K] extends Contract
    ? Seen<C['refs'][K]>
    : C['refs'][K] extends readonly [infer D extends Contract]
      ? readonly Seen<D>[]
      : never;
};

export type Person = {
  readonly type: 'person';
  readonly id: string;
  readonly org: string;
  readonly orgType?: OrganisationType;
  readonly region: string;
  readonly roles: readonly Role[];
};
export type System = { readonly type: 'system'; readonly id: 'bootstrap' | 'clock' | 'reaction' | 'webhook' | 'worker' };
export type Actor = Person | System;
/** A place from which an action may be taken. A person's seat is told by role, organisation and region; a system's by its name. */
export type Seat = { readonly label: string } & (
  | { readonly person: (actor: Person, record: Stored) => boolean }
  | { readonly system: System['id'] }
);
export type Entrance = { readonly label: string } & (
  | { readonly person: (actor: Person) => boolean }
  | { readonly system: System['id'] | readonly System['id'][] }
);

/** A refusal with facts about it that the actor may know, such as the link that is not live. */
export type Refused = { readonly code: Refusal; readonly about?: Readonly<Record<string, string | number>> };
export type Verdict = Refusal | Refused | undefined;

type Given<C extends Contract, A extends keyof C['inputs'], R extends keyof C['refs']> = {
  readonly input: Input<C, A>;
  readonly actor: Actor;
  readonly refs: Refs<C, R>;
  readonly now: string;
  /** The id of the event that this action writes, unique for ever: ids of what it spawns derive from it. */
  readonly eventId: string;
  readonly rules: Parameters;
  /** For each reference that the row rests on or probes, the first link upward that is not live. */
  readonly broken: Readonly<Record<string, Ref | undefined>>;
};
export type Creating<C extends Contract, R extends keyof C['refs'] = never> = Given<C, 'create', R> & { readonly id: string };
export type Ctx<C extends Contract, F extends Status<C>, A extends keyof C['inputs'], R extends keyof C['refs'] = never> = Given<
  C,
  A,
  R
> & { readonly record: Stored<C, F> };

/** What lands in the same transaction: new records of the same context, allowances and takes from them. Everything else is a reaction. */
export type Effect =
  | { readonly spawn: Contract; readonly input: object; readonly id?: string }
  | { readonly allow: string; readonly amount: number }
  /** A negative amount is given back. */
  | { readonly take: string; readonly amount: number; readonly or: Refusal };
/** Exclusive instants are derived from these by the calendar. `date` ends with that day in Shanghai. */
export type Due =
  | { readonly from: string; readonly workingDays: number }
  | { readonly from: string; readonly days: number }
  | { readonly from: string; readonly hours: number }
  | { readonly date: string }
  | { readonly at: string };
export type Claim = { readonly value: string; readonly or: Refusal };

type Common<C extends Contract, R extends keyof C['refs']> = {
  /** Loaded strongly consistent. */
  readonly reads?: readonly R[];
  /** Must be live, or this refusal. */
  readonly live?: { readonly [K in NoInfer<R>]?: Refusal };
  /** And still live at commit: two write units and a point of conflict each. */
  readonly pins?: readonly NoInfer<R>[];
  /** These and all that they rest on, to the top of the authority chain, must be live. */
  readonly rests?: readonly NoInfer<R>[];
  /** The same is found out, and guards may ask `broken`, but nothing is refused for it. */
  readonly probes?: readonly NoInfer<R>[];
  /** Claims that nobody may hold if this person is to act. They are read, not checked at commit, so that no two trades share an item. */
  readonly unless?: (actor: Person) => readonly Claim[];
};
type Publish<C extends Contract, T extends Status<C>> = 'nothing' | ((r: Stored<C, NoInfer<T>>) => object | undefined);
/** Personal or secret fields of what is published: the public ledger shows salted commitments to them, which those who may read them can open. */
type Commits<C extends Contract, T extends Status<C>> = (r: Stored<C, NoInfer<T>>) => object;

export type Action<
  C extends Contract,
  F extends Status<C>,
  T extends Status<C>,
  A extends keyof C['inputs'],
  R extends keyof C['refs'],
> = Common<C, R> & {
  readonly from: readonly F[];
  /** More than one only where a system actor computes the verdict. */
  readonly to: readonly T[];
  /** Several: different persons sign the same content, the last one moves the record. */
  readonly by: Seat | readonly Seat[];
  /** Nobody who ever took one of these, on this record or on a record of the case that is read. */
  readonly notBy?: readonly (keyof C['inputs'] | readonly [ref: R, action: string])[];
  /** People must say which version they have read. */
  readonly ifMatch?: true;
  /** The first refusal wins. */
  readonly guards?: readonly ((c: Ctx<C, F, A, R>) => Verdict)[];
  /** Total: it may not refuse. */
  readonly becomes: (c: Ctx<C, F, A, R>) => Next<C, NoInfer<T>>;
  readonly effects?: (c: Ctx<C, F, A, R>) => readonly Effect[];
  /** Required, so that silence is a decision. It whitelists fields. */
  readonly publish: Publish<C, T>;
  readonly commits?: Commits<C, T>;
};
export type Create<C extends Contract, T extends Status<C>, R extends keyof C['refs']> = Common<C, R> & {
  readonly by: Entrance | readonly Entrance[];
  readonly to: T;
  /** The id, where the key of the request does not decide it. */
  readonly id?: (input: Input<C, 'create'>) => string | undefined;
  readonly links: (input: Input<C, 'create'>) => Links<C>;
  /** Refs that must belong to the actor's organisation, else they do not exist for it. */
  readonly own?: readonly NoInfer<R>[];
  readonly belongs?: (c: Creating<C, R>) => { readonly owner?: string; readonly party?: string; readonly region?: string };
  readonly guards?: readonly ((c: Creating<C, R>) => Verdict)[];
  readonly becomes: (c: Creating<C, R>) => Next<C, NoInfer<T>>;
  readonly effects?: (c: Creating<C, R>) => readonly Effect[];
  /** What is recorded, without content, of an intake refused with this code. */
  readonly leaves?: { readonly [code in Refusal]?: (c: Creating<C, R>) => Effect };
  readonly publish: Publish<C, T>;
  readonly commits?: Commits<C, T>;
};
export type AnyAction<C extends Contract> = Action<C, Status<C>, Status<C>, keyof C['inputs'], keyof C['refs']>;
export type AnyCreate<C extends Contract> = Create<C, Status<C>, keyof C['refs']>;

export type Clock<C extends Contract> = {
  readonly runs: readonly Status<C>[];
  readonly due: (r: Stored<C>, rules: Parameters) => Due | undefined;
  /** Stays in its state, unless the delay is the owner's own. */
  readonly takes: Verb<C>;
  readonly own?: true;
  /** It comes before another and is nobody's deadline: lists do not show it. */
  readonly reminds?: true;
};
/** Whom a state waits for: a role, in the record's region or in one of its two organisations. */
export type Waits = { readonly role: Role; readonly of: 'region' | 'owner' | 'party' };

export type Process<C extends Contract = Contract> = {
  readonly contract: C;
  readonly create: AnyCreate<C>;
  readonly actions: { readonly [A in Verb<C>]: AnyAction<C> };
  /** Owner, party and systems see a record; so do these roles in its region, everyone in these states, and whom `also` tells. */
  readonly sees: {
    readonly roles: readonly Role[];
    readonly public?: readonly Status<C>[];
    readonly also?: (actor: Person, record: Stored<C>) => boolean;
  };
  /** What of the data an actor who sees the record may read; all of it where this is absent. */
  readonly view?: (actor: Actor, record: Stored<C>) => object;
  /** The line that a list shows. */
  readonly card: (r: Stored<C>) => string;
  readonly queue: { readonly [S in Status<C>]?: Waits | readonly Waits[] };
  readonly clocks: Readonly<Record<string, Clock<C>>>;
  /** Becomes `validUntil`. */
  readonly until?: (next: State<C>) => string | undefined;
  /** Unique while held; the kernel writes the difference. */
  readonly claims?: (r: Stored<C>) => readonly Claim[];
};

/** Binds a contract, so that each action infers its own from, to and reads. The casts hold because the door checks `from` and loads `reads` first. */
export const processOf = <const C extends Contract>(contract: C) => ({
  create: <T extends Status<C>, R extends keyof C['refs'] = never>(row: Create<C, T, R>) => row as unknown as AnyCreate<C>,
  action: <A extends Verb<C>, F extends Status<C>, T extends Status<C>, R extends keyof C['refs'] = never>(
    _name: A,
    row: Action<C, F, T, A, R>,
  ) => row as unknown as AnyAction<C>,
  define: (table: Omit<Process<C>, 'contract'>): Process => ({ contract, ...table }) as unknown as Process,
});
