/** What the portal works with. Types only: no browser loads this file. */
export type Pair = readonly [zh: string, en: string];
export type Named = { readonly zh: string; readonly en: string };
export type Shape = Readonly<Record<string, unknown>>;

/** JSON Schema as far as the inputs of the contracts use it. */
export type Schema = {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly (string | number)[];
  readonly const?: string | number | boolean | null;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
};
export type Action = { readonly seats: readonly string[]; readonly ifMatch: boolean; readonly schema: Schema };
export type Kind = {
  readonly plural: string;
  readonly title: Pair;
  readonly live: readonly string[];
  readonly states: readonly string[];
  readonly sees: readonly string[];
  readonly waits: readonly { readonly role: string; readonly of: 'region' | 'owner' | 'party' }[];
  readonly refs: Readonly<Record<string, string>>;
  readonly create?: { readonly by: readonly string[]; readonly schema: Schema };
  readonly actions: Readonly<Record<string, Action>>;
};
type Words = Readonly<Record<string, Pair>>;
/** contracts/generated/portal.json */
export type Registry = {
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly references: Readonly<Record<string, string>>;
  readonly words: Words;
  readonly choices: Words;
  readonly roles: Words;
  readonly rolesOf: Readonly<Record<string, readonly string[]>>;
  readonly organisationTypes: Words;
  readonly regions: Words;
};

export type Running = { readonly due: string; readonly provisional: boolean; readonly fired: boolean };
/** A record as the API shows it. */
export type View = {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly isLive: boolean;
  readonly region: string;
  readonly owner: string;
  readonly party?: string;
  readonly receivedAt: string;
  readonly since: string;
  readonly validUntil?: string;
  readonly rules: string;
  readonly links: Readonly<Record<string, string | readonly string[]>>;
  readonly data: Shape;
  readonly clocks: Readonly<Record<string, Running>>;
  readonly signed: Readonly<Record<string, { readonly input: Shape; readonly seats: readonly string[] }>>;
  readonly offered: readonly string[];
};
export type Card = {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly region: string;
  readonly owner: string;
  readonly receivedAt: string;
  readonly due: string | null;
};
export type Line = {
  readonly n: number;
  readonly action: string;
  readonly at: string;
  readonly seat: string;
  readonly org: string;
  readonly status: string;
  readonly partial?: true;
  readonly by?: string;
  readonly disclosed: boolean;
};
export type Page<T> = { readonly items: readonly T[]; readonly cursor?: string };
export type Issue = { readonly path: string; readonly message: string };
export type Problem = {
  readonly code: string;
  readonly status: number;
  readonly detail: Named;
  readonly about?: Readonly<Record<string, string | number>>;
  readonly issues?: readonly Issue[];
  readonly trace?: string;
};
export type Membership = {
  readonly organisation: string;
  readonly name?: Named;
  readonly type?: string;
  readonly status?: string;
  readonly person: string;
  readonly roles: readonly string[];
};
export type Me = { readonly person: string; readonly memberships: readonly Membership[] };
