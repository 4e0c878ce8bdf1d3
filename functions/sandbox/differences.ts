import type { AnalysisRule } from '../../contracts/analysis-rule.ts';
import { statisticsOf } from './budget.ts';
import {
  measuredOf,
  namedIn,
  numberOf,
  partsOfShare,
  printParts,
  printShares,
  readShare,
  type Measured,
  type Share,
} from './contributions.ts';
import { Balance, findDominated, once } from './dominance.ts';
import type { Cell } from './engine.ts';
import type { Cut, Form, Predicate } from './form.ts';
import { areDisjoint } from './overlap.ts';
import { printCut, printPredicate, quote } from './predicate-printing.ts';
import type { Atom, Region } from './suppression.ts';
import { findLeaks, suppressFurther } from './suppression.ts';

/**
 * What is kept of an answer to compare later ones with: which rows it told of, in which cells, which numbers of them, and by whose threshold.
 * `hidden` are the cells that had to stay hidden beyond the threshold, as JSON of their dimensions.
 */
export type Asked = {
  readonly where: Predicate | null;
  readonly groups: readonly Cut[];
  readonly numbers: readonly string[];
  readonly least: number;
  readonly entity: string | null;
  readonly hidden: readonly string[];
  /** Above which percentage one entity dominates a cell, and of which numbers it is measured by. */
  readonly dominance?: { readonly percent: number; readonly of: readonly Measured[] };
  /** It is not decided: its cells may be shown or not. */
  readonly open?: true;
  /** A file that people have let out shows its cells whatever their size. */
  readonly whole?: true;
};

/**
 * A question as it is remembered. All counts are one number: rows, entities and values are the same where each entity has one row with one
 * value. An average tells of a sum as soon as the count is known.
 */
export function askedOf(form: Form, rule: AnalysisRule): Asked {
  const { minEntities: least, entity, dominancePercent: percent } = rule;
  const numbers = [...new Set(statisticsOf(form).map(numberOf))];
  return { where: form.where, groups: form.groups, numbers, least, entity, hidden: [], dominance: { percent, of: measuredOf(form, rule) } };
}

const unique = <T>(all: readonly T[], by: (each: T) => string = (each) => JSON.stringify(each)): T[] => [
  ...new Map(all.map((each) => [by(each), each])).values(),
];

const sharesNumber = (a: Asked, b: Asked): boolean => a.numbers.some((number) => b.numbers.includes(number));

/**
 * The earlier questions that a new one has to be compared with, each once: those that tell of the same number and may have rows in common with
 * it, and those that may have rows in common with these, and so on. Of all others it is certain that no sum or difference with them says more
 * than they say alone, since it says it of other rows or in another number.
 */
export function relatedTo(asked: Asked, before: readonly Asked[]): readonly Asked[] {
  const related: Asked[] = [];
  let open = unique(before).filter((each) => sharesNumber(asked, each));
  for (let reached: readonly Asked[] = [asked]; reached.length > 0;) {
    const met = new Set(open.filter((each) => reached.some((from) => sharesNumber(each, from) && !areDisjoint(each.where, from.where))));
    const next = [...met];
    open = open.filter((each) => !met.has(each));
    related.push(...next);
    reached = next;
  }
  return related;
}

/** One comparison of a condition. */
type Leaf = Extract<Predicate, { readonly cut: Cut }>;

/**
 * A list as the comparisons with its values, which many lists share, and because DuckDB makes a join of a long one. Not where one is of floating
 * point: then the engine compares with all of them as such.
 */
const alternativesOf = (leaf: Leaf): readonly Leaf[] =>
  leaf.kind !== 'in' || leaf.values.some(({ kind }) => kind === 'double')
    ? [leaf]
    : leaf.values.map((value) => ({ kind: 'compare', cut: leaf.cut, by: '=', value }));

const leavesOf = (predicate: Predicate): readonly Leaf[] =>
  'of' in predicate ? predicate.of.flatMap(leavesOf) : alternativesOf(predicate);

const bits = 50;

/**
 * How several questions divide the table: for each column, the cuts that they group by and the comparisons that they make with it, and where
 * in a row of the answer these stand, the comparisons as bits of masks.
 */
type Division = {
  readonly columns: readonly { readonly name: string; readonly keys: readonly string[] }[];
  readonly cuts: ReadonlyMap<string, number>;
  readonly leaves: ReadonlyMap<string, { readonly key: number; readonly bit: number }>;
  readonly width: number;
};

function divisionOf(all: readonly Asked[]): Division {
  const groups = unique(all.flatMap((each) => each.groups));
  const compared = unique(all.flatMap(({ where }) => (where === null ? [] : leavesOf(where))));
  const names = unique([...groups.map(({ column }) => column), ...compared.map(({ cut }) => cut.column)]);
  const cuts = new Map<string, number>();
  const leaves = new Map<string, { readonly key: number; readonly bit: number }>();
  let width = 0;
  const columns = names.map((name) => {
    const own = groups.filter(({ column }) => column === name);
    const mine = compared.filter(({ cut }) => cut.column === name);
    for (const [index, cut] of own.entries()) cuts.set(JSON.stringify(cut), width + index);
    const masks = Array.from({ length: Math.ceil(mine.length / bits) }, (_, index) => mine.slice(index * bits, (index + 1) * bits));
    for (const [index, leaf] of mine.entries())
      leaves.set(JSON.stringify(leaf), { key: width + own.length + Math.floor(index / bits), bit: index % bits });
    const sums = masks.map((part) => part.map((leaf, bit) => `CASE WHEN ${printPredicate(leaf)} THEN ${2 ** bit} ELSE 0 END`).join(' + '));
    const keys = [...own.map(printCut), ...sums.map((sum) => `CAST(${sum} AS BIGINT)`)];
    width += keys.length;
    return { name: quote(name), keys };
  });
  return { columns, cuts, leaves, width };
}

/**
 * Prints the question that the comparison asks of the data, once for all: a row for each atom, which is what no question divides. It holds the
 * cells that the atom is in, masks of the comparisons that are true of it, its number of entities and of rows, and, where its entities are
 * fewer than any threshold, hashes of them. The answer never leaves the sandbox.
 *
 * Comparisons are made once for each value of a column, of which there are few, and not for each row. A column of the table that is called as
 * an inner one makes the question fail, and nothing is released.
 */
export function printAtoms(asked: Asked, related: readonly Asked[]): string {
  const all = [...related, asked];
  const { columns } = divisionOf(all);
  const most = Math.max(...all.map(({ least }) => least));
  const { entity } = asked;
  const measured = measuredBy(all);
  const who = entity === null ? 'sum("~rows")' : 'count("~entity")';
  const names =
    entity === null ? 'NULL' : `CASE WHEN ${who} < ${most} THEN coalesce(string_agg(CAST(hash("~entity") AS VARCHAR), ','), '') END`;
  const told = `CAST(${who} AS BIGINT) AS "~who", CAST(sum("~rows") AS BIGINT) AS "~all", CAST(${names} AS VARCHAR) AS "~names"${printShares(measured, entity)}`;
  const inner = `${entity === null ? 'NULL' : `data.${quote(entity)}`} AS "~entity", count(*) AS "~rows"${printParts(measured, entity)} FROM data`;
  if (columns.length === 0) return `SELECT ${told} FROM (SELECT ${inner} GROUP BY ALL)`;
  const classes = columns.map(({ name, keys }, index) => ({
    name: `"~column${index}"`,
    class: `"~class${index}"`,
    column: name,
    keys: keys.map((_, key) => `"~${index}.${key}"`),
    told: keys.map((key, place) => `${key} AS "~${index}.${place}"`),
  }));
  const tables = classes.map(
    (each) =>
      `${each.name} AS MATERIALIZED (SELECT *, dense_rank() OVER (ORDER BY ${each.keys.join(', ')}) AS ${each.class} FROM (SELECT ${each.column}, ${each.told.join(', ')} FROM (SELECT DISTINCT ${each.column} FROM data)))`,
  );
  const ids = classes.map((each) => each.class).join(', ');
  const joins = classes.map((each) => `JOIN ${each.name} ON data.${each.column} IS NOT DISTINCT FROM ${each.name}.${each.column}`);
  const values = classes.map(
    (each) => `JOIN (SELECT DISTINCT ${[each.class, ...each.keys].join(', ')} FROM ${each.name}) USING (${each.class})`,
  );
  return [
    `WITH ${tables.join(', ')},`,
    `entities AS (SELECT ${ids}, ${inner} ${joins.join(' ')} GROUP BY ALL),`,
    `atoms AS (SELECT ${ids}, ${told} FROM entities GROUP BY ALL)`,
    `SELECT ${classes.flatMap(({ keys }) => keys).join(', ')}, atoms.* EXCLUDE (${ids}) FROM atoms ${values.join(' ')}`,
  ].join(' ');
}

/** By what dominance is measured: by the numbers of the question that is asked, the last of all, under the weakest rule of them. */
const measuredBy = (all: readonly Asked[]) => ({
  percent: Math.max(...all.map(({ dominance }) => dominance?.percent ?? 0)),
  of: all.at(-1)?.dominance?.of ?? [],
  most: Math.max(...all.map(({ least }) => least)),
});

type Divided = Atom & { readonly keys: readonly Cell[]; readonly rows: number; readonly told: readonly Share[] };

const readAtoms = (rows: readonly (readonly Cell[])[], { width }: Division, measured: ReturnType<typeof measuredBy>): readonly Divided[] =>
  rows.map((row, index) => {
    const [entities, count, names, ...parts] = row.slice(width);
    return {
      keys: row.slice(0, width),
      entities: Number(entities),
      rows: Number(count),
      told: measured.of.map((_, each) => readShare(parts.slice(partsOfShare * each, partsOfShare * (each + 1)), index, measured)),
      ...namedIn(names),
    };
  });

/** Whether a condition holds for the rows of an atom. The grammar has no negation, so that what is unknown (NULL) may stand as false. */
function fulfils(atom: Divided, predicate: Predicate, division: Division): boolean {
  if ('of' in predicate) {
    const holds = (part: Predicate): boolean => fulfils(atom, part, division);
    return predicate.kind === 'and' ? predicate.of.every(holds) : predicate.of.some(holds);
  }
  return alternativesOf(predicate).some((leaf) => {
    const { key, bit } = division.leaves.get(JSON.stringify(leaf)) ?? { key: -1, bit: 0 };
    return Math.floor(Number(atom.keys[key] ?? 0) / 2 ** bit) % 2 === 1;
  });
}

/** Entities of several atoms, where it matters: an atom that is not named has enough of them for every threshold, or is counted by rows. */
function countOf(atoms: readonly Atom[]): number {
  const named = new Set(atoms.flatMap(({ few }) => few ?? []));
  return named.size + atoms.reduce((sum, { few, entities }) => sum + (few === undefined ? entities : 0), 0);
}

/** The cells that an answer showed, as far as its threshold tells; what a limit kept back counts as shown, and what dominance may have. */
function shownBy(each: Asked, asked: Asked, atoms: readonly Divided[], division: Division): Map<string, Region> {
  const places = each.groups.map((group) => division.cuts.get(JSON.stringify(group)) ?? -1);
  const { where } = each;
  const cells = new Map<string, number[]>();
  for (const [index, atom] of atoms.entries()) {
    if (where !== null && !fulfils(atom, where, division)) continue;
    const key = JSON.stringify(places.map((place) => atom.keys[place]));
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [index]);
    else cell.push(index);
  }
  const size = (region: Region): number => {
    const inside = region.flatMap((index) => atoms[index] ?? []);
    if (each.entity === asked.entity) return countOf(inside);
    // By another entity this engine was not asked: everything counts as shown. Rows it knows.
    return each.entity === null ? inside.reduce((sum, { rows }) => sum + rows, 0) : each.least;
  };
  return new Map([...cells].filter(([key, region]) => (each.whole || size(region) >= each.least) && !each.hidden.includes(key)));
}

type Told = { readonly each: Asked; readonly shown: readonly Region[] };

/** What is certain to have been shown of a number, and what may have been: cells of what is not decided, and such as dominance kept back. */
function knownOf(number: string, before: readonly Told[], wasKept: System['wasKept']) {
  const cells = before.flatMap(({ each, shown }) =>
    each.numbers.includes(number) ? shown.map((region) => ({ region, isSure: !each.open && (each.whole || !wasKept(each, region)) })) : [],
  );
  const [given, beside] = [true, false].map((sure) => unique(cells.flatMap(({ region, isSure }) => (isSure === sure ? [region] : []))));
  return { given: given ?? [], beside: beside ?? [] };
}

/** A number whose sums and differences are looked at: of which entities it tells, who has too much of it, and what was kept back for that. */
type System = {
  readonly number: string;
  readonly atoms: readonly Atom[];
  readonly balance?: Balance;
  readonly wasKept: (each: Asked, region: Region) => boolean;
};

/**
 * The numbers that are not told of all entities alike: an entity has too much of some atom, or none of it, so that fewer than its entities are
 * behind what is told.
 */
function unevenSystems(atoms: readonly Divided[], { of, percent }: ReturnType<typeof measuredBy>): readonly System[] {
  return of.flatMap((measured, index) => {
    const told = atoms.map((atom) => atom.told[index] ?? { shares: { total: 0, top: [], isAll: true } });
    const shares = told.map((each) => each.shares);
    const holders = told.map((each, atom) => each.holders ?? atoms[atom] ?? { entities: 0 });
    const balance = new Balance(shares, percent);
    if (balance.isEven && holders.every(({ entities }, atom) => entities === atoms[atom]?.entities)) return [];
    const under = new Map<number, Balance>([[percent, balance]]);
    const wasKept = ({ dominance, least }: Asked, region: Region): boolean => {
      if (dominance === undefined || !dominance.of.some(({ number }) => number === measured.number)) return false;
      const own = under.get(dominance.percent) ?? new Balance(shares, dominance.percent);
      under.set(dominance.percent, own);
      return countOf(region.flatMap((atom) => holders[atom] ?? [])) < least || own.isDominated(once(region));
    };
    return [{ number: measured.number, atoms: holders, balance, wasKept }];
  });
}

/**
 * Decides from the atoms what of an answer may be shown: all cells but those named, which would let a buyer (or several together) compute
 * something of fewer entities than may be told of, or of which one entity is too much. Null where nothing may. An entity is told of under the
 * weakest rule of the questions compared: what a question may ask for outright is not a secret from another.
 */
export function judge(
  asked: Asked,
  related: readonly Asked[],
  rows: readonly (readonly Cell[])[],
  prime?: number,
): { readonly hidden: readonly string[] } | null {
  const all = [...related, asked];
  const division = divisionOf(all);
  const measured = measuredBy(all);
  const atoms = readAtoms(rows, division, measured);
  const least = Math.min(...all.map((each) => each.least));
  const own = shownBy(asked, asked, atoms, division);
  const before = related.map((each) => ({ each, shown: [...shownBy(each, asked, atoms, division).values()] }));
  const uneven = unevenSystems(atoms, measured);
  // Numbers that the same questions tell of, and of all entities alike, are one.
  const systems = unique(
    asked.numbers.map((number) => ({ number, told: related.map(({ numbers }) => numbers.includes(number)) })),
    ({ number, told }) => JSON.stringify(uneven.some((each) => each.number === number) ? number : told),
  ).flatMap(({ number }): readonly System[] => {
    const mine = uneven.filter((each) => each.number === number);
    return mine.length > 0 ? mine : [{ number, atoms, wasKept: () => false }];
  });
  const names = [...own.keys()];
  const hidden = new Set<string>();
  for (const { number, atoms: counted, balance, wasKept } of systems) {
    const { given, beside } = knownOf(number, before, wasKept);
    const more = suppressFurther(given, [...own.values()], counted, least, prime, {
      beside,
      ...(balance === undefined ? {} : { leaks: (...known) => findDominated(...known, balance, atoms.length, prime) }),
    });
    if (more === null) return null;
    for (const index of more) hidden.add(names[index] ?? '');
  }
  return hidden.size > 0 && hidden.size === names.length ? null : { hidden: [...hidden] };
}

/** Beyond, nobody waits for the comparison of a file. */
const mostCells = 5_000;

/**
 * How many numbers of fewer entities than may be told of, or of which one entity is too much, a file would let its buyer (or several together)
 * compute with what was released before. What stands in the file itself is not counted: that is for those who review it. Null where it could not
 * be found out.
 */
export function countSurplus(asked: Asked, related: readonly Asked[], rows: readonly (readonly Cell[])[], prime?: number): number | null {
  const all = [...related, asked];
  const division = divisionOf(all);
  const measured = measuredBy(all);
  const atoms = readAtoms(rows, division, measured);
  const least = Math.min(...all.map((each) => each.least));
  const own = [...shownBy({ ...asked, whole: true }, asked, atoms, division).values()];
  if (own.length > mostCells) return null;
  const isSmall = (region: Region): boolean => countOf(region.flatMap((index) => atoms[index] ?? [])) < least;
  const [small, large] = [own.filter(isSmall), own.filter((region) => !isSmall(region))];
  const before = related.map((each) => ({ each, shown: [...shownBy(each, asked, atoms, division).values()] }));
  const given = unique(before.flatMap(({ each, shown }) => (sharesNumber(asked, each) ? shown : [])));
  const alone = findLeaks(given, small, atoms, least, prime).filter((leak) => leak.some((index) => index < given.length));
  const dominated = unevenSystems(atoms, measured).flatMap(({ number, balance, wasKept }) => {
    if (balance === undefined || !asked.numbers.includes(number)) return [];
    const { given: sure, beside } = knownOf(number, before, wasKept);
    const isOwn = (index: number): boolean => index >= sure.length && index < sure.length + own.length;
    return findDominated(sure, own, beside, balance, atoms.length, prime).filter((leak) => !leak.every(isOwn));
  });
  return alone.length + findLeaks([...given, ...small], large, atoms, least, prime).length + dominated.length;
}
