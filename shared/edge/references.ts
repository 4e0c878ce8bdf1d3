import { kinds, type Kind } from '../../contracts/kinds.ts';
import type { Facts } from '../kernel/decide.ts';
import { isLive, seen, upcast } from '../kernel/live.ts';
import type { Actor, Claim, Contract, Person, Ref, Seen, Stored } from '../kernel/process.ts';
import type { Records } from '../store/records.ts';

/** What a row of a table says of the references that it needs. */
export type Needs = {
  readonly reads?: readonly string[];
  readonly rests?: readonly string[];
  readonly probes?: readonly string[];
  readonly unless?: (actor: Person) => readonly Claim[];
};
export type References = ReturnType<typeof openReferences>;

const chainDepth = 12;
const kindOf = (kind: string): Kind => {
  const found = (kinds as Readonly<Record<string, Kind>>)[kind];
  if (!found) throw new RangeError(`no kind ${kind}`);
  return found;
};
const keyOf = ({ kind, id }: Ref): string => `${kind}#${id}`;

/** The ids that a record's links name for one of its references, with their kind. */
export const linked = (contract: Contract, links: Stored['links'], name: string): readonly Ref[] => {
  const { kind } = [contract.refs[name]].flat()[0] as Contract;
  const ids = (links as Readonly<Record<string, string | readonly string[]>>)[name] ?? [];
  return [ids].flat().map((id) => ({ kind, id }));
};

/** Reads records and what they rest on: strongly consistent, with no cache between. */
export const openReferences = (records: Records) => {
  const load = async (refs: readonly Ref[]): Promise<readonly (Stored | undefined)[]> =>
    (await records.getAll(refs)).map((record) => record && upcast(kindOf(record.kind), record));

  /** The first link upward of a record, itself included, that is not live; level by level. */
  const brokenLink = async (from: Seen, at: string): Promise<Ref | undefined> => {
    if (!from.isLive) return { kind: from.kind, id: from.id };
    const known = new Set<string>();
    let level: readonly Ref[] = from.anchors;
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth === chainDepth) throw new RangeError('an authority chain without end');
      const links = level.filter((ref) => !known.has(keyOf(ref)));
      for (const ref of links) known.add(keyOf(ref));
      const loaded = await load(links);
      const broken = links.find((ref, n) => !loaded[n] || !isLive(kindOf(ref.kind).live, loaded[n], at));
      if (broken) return broken;
      level = loaded.flatMap((record) => record?.anchors ?? []);
    }
    return undefined;
  };

  /** The references that a row reads, and what they rest on. `within` is what the same transaction is writing. */
  const gather = async (
    contract: Contract,
    needs: Needs,
    links: Stored['links'],
    at: string,
    within: readonly Stored[],
  ): Promise<Pick<Facts, 'refs' | 'broken' | 'missing'>> => {
    const named = (needs.reads ?? []).map((name) => ({
      name,
      many: Array.isArray(contract.refs[name]),
      list: linked(contract, links, name),
    }));
    const stored = (await load(named.flatMap((n) => n.list))).values();
    const refs: Record<string, Seen | readonly Seen[]> = {};
    const broken: Record<string, Ref | undefined> = {};
    for (const { name, many, list } of named) {
      const found = list.map((ref) => {
        const read = stored.next().value;
        return within.find((w) => keyOf(w) === keyOf(ref)) ?? read;
      });
      const all = found.filter((record) => record !== undefined).map((record) => seen(kindOf(record.kind), record, at));
      const [first] = all;
      if (all.length < found.length || (!many && !first)) return { refs, broken, missing: name };
      refs[name] = many || !first ? all : first;
      if (needs.rests?.includes(name) || needs.probes?.includes(name)) for (const one of all) broken[name] ??= await brokenLink(one, at);
    }
    return { refs, broken };
  };

  /** What bars this actor from a row: the refusal of the first claim that is held. */
  const barred = async (needs: Needs, actor: Actor): Promise<Pick<Facts, 'barred'>> => {
    const claims = actor.type === 'person' ? (needs.unless?.(actor) ?? []) : [];
    const held = await records.held(claims.map((c) => c.value));
    const found = claims.find((_, n) => held[n]);
    return found ? { barred: found.or } : {};
  };

  return {
    load,
    gather,
    barred,
    /** What breaks the chain under a record, itself included: asked before each stored result or download. Undefined while all of it is live. */
    brokenUnder: async (ref: Ref, at: string): Promise<Ref | undefined> => {
      const [record] = await load([ref]);
      return record ? brokenLink(seen(kindOf(ref.kind), record, at), at) : ref;
    },
  };
};
