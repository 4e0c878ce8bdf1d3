import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openAsking, type Row, type Told } from './asking.ts';
import { canIsolate } from './solving.ts';
import { rounds } from '../support/rounds.ts';

/**
 * 300 people in five districts, on two kinds of transport, in eleven months, of all ages below 80. Each of the others is alone somewhere: 999
 * in a district, 996 in December, 997 at an age; 994 and 995 are the only ones on the third kind, in one district.
 */
const trips = `
  SELECT 'd' || (p % 5) AS district, CASE WHEN (p + t) % 2 = 0 THEN 'bus' ELSE 'metro' END AS kind,
    DATE '2026-01-01' + INTERVAL ((p * 7 + t) % 11) MONTH + INTERVAL (p % 27) DAY AS day, (p * 13) % 80 AS age, p AS person,
    (p * 31 + t * 17) % 97 AS fare
  FROM range(300) a(p), range(3) b(t)
  UNION ALL SELECT 'alone', CASE WHEN t < 2 THEN 'bus' ELSE 'metro' END, DATE '2026-03-04' + INTERVAL (t) MONTH, 33, 999, 700 + t FROM range(4) b(t)
  UNION ALL SELECT 'd2', 'bus', DATE '2026-12-24', 44, 996, 801
  UNION ALL SELECT 'd3', 'metro', DATE '2026-05-06', 95, 997, 802
  UNION ALL SELECT 'd1', 'rare', DATE '2026-05-06', 50, 994 + t, 803 + t FROM range(2) b(t)`;

let asking: Awaited<ReturnType<typeof openAsking>>;
beforeAll(async () => {
  asking = await openAsking(`SELECT district, kind, CAST(day AS DATE) AS day, age, person, fare FROM (${trips})`);
});
afterAll(() => asking.close());
beforeEach(() => asking.forget());

const sums = (where = '', by = ''): string =>
  `select ${by === '' ? '' : `${by}, `}count(*), sum(fare) from data${where === '' ? '' : ` where ${where}`}${by === '' ? '' : ` group by ${by}`}`;
const others = ['d0', 'd1', 'd2', 'd3', 'd4'];
const inList = (districts: readonly string[]): string => `district in (${districts.map((each) => `'${each}'`).join(', ')})`;
const month = "date_trunc('month', day)";
const year = "date_trunc('year', day)";
const within = (from: string, to: string): string => `day >= date '${from}' and day < date '${to}'`;

const secrets = {
  alone: "district = 'alone'",
  december: "day >= date '2026-12-01'",
  aged: 'age >= 90',
  rare: "kind = 'rare'",
} as const;
type Secret = keyof typeof secrets;

/** How much of each answer's total is taken. What was refused or is not shown counts as zero, as an attacker who guesses so would have it. */
type Attack = { readonly name: string; readonly secret: Secret; readonly asks: readonly (readonly [sql: string, times: number])[] };
const attack = (name: string, secret: Secret, ...asks: Attack['asks']): Attack => ({ name, secret, asks });

const singles = others.map((each) => [sums(inList([each])), -1] as const);
const months = Array.from({ length: 11 }, (_, n) => String(n + 1).padStart(2, '0'));

const attacks: readonly Attack[] = [
  attack('total, then the complement as a list', 'alone', [sums(), 1], [sums(inList(others)), -1]),
  attack('the complement first, then the total', 'alone', [sums(inList(others)), -1], [sums(), 1]),
  attack('the complement as a permuted list', 'alone', [sums(), 1], [sums(inList(others.toReversed())), -1]),
  attack('the complement with values twice', 'alone', [sums(), 1], [sums(inList([...others, ...others])), -1]),
  attack('the complement as a chain of OR', 'alone', [sums(), 1], [sums(others.map((d) => `district = '${d}'`).join(' or ')), -1]),
  attack('the complement as a list and an alternative', 'alone', [sums(), 1], [sums(`${inList(others.slice(1))} or district = 'd0'`), -1]),
  attack('the complement as a range of text', 'alone', [sums(), 1], [sums("district >= 'b'"), -1]),
  attack('the complement as a range turned round', 'alone', [sums(), 1], [sums("'b' < district"), -1]),
  attack('the complement as BETWEEN', 'alone', [sums(), 1], [sums("district between 'd0' and 'd4'"), -1]),
  attack('a list with and without', 'alone', [sums(inList(['alone', ...others])), 1], [sums(inList(others)), -1]),
  attack('a short list with and without', 'alone', [sums(inList(['alone', 'd0'])), 1], [sums(inList(['d0'])), -1]),
  attack('with a value that no row has', 'alone', [sums(inList(['alone', 'd0', 'nowhere'])), 1], [sums(inList(['d0', 'nowhere'])), -1]),
  attack('total minus visible cells', 'alone', [sums(), 1], [sums('', 'district'), -1]),
  attack('visible cells, then the total', 'alone', [sums('', 'district'), -1], [sums(), 1]),
  attack('total minus visible cells in order', 'alone', [sums(), 1], [`${sums('', 'district')} order by 3 desc`, -1]),
  attack('total minus cells with a limit that hides none', 'alone', [sums(), 1], [`${sums('', 'district')} limit 900`, -1]),
  attack('total minus each district asked alone', 'alone', [sums(), 1], ...singles),
  attack('each district asked alone, then the total', 'alone', ...singles, [sums(), 1]),
  attack('split in two lists', 'alone', [sums(), 1], [sums(inList(others.slice(0, 2))), -1], [sums(inList(others.slice(2))), -1]),
  attack('merged from two lists', 'alone', [sums(inList(others.slice(0, 2))), -1], [sums(inList(others.slice(2))), -1], [sums(), 1]),
  attack('through another dimension', 'alone', [sums('', 'kind'), 1], [sums('', 'district, kind'), -1]),
  attack(
    'through two totals by kind',
    'alone',
    [sums("kind = 'bus'"), 1],
    [sums("kind in ('metro', 'rare')"), 1],
    [sums(inList(others)), -1],
  ),
  attack('under a condition that says nothing', 'alone', [sums("kind in ('bus', 'metro', 'rare')"), 1], [sums(inList(others)), -1]),
  attack(
    'under the same condition on both sides',
    'alone',
    [sums("kind = 'bus'"), 1],
    [sums("kind = 'metro'"), 1],
    [sums(`kind = 'bus' and ${inList(others)}`), -1],
    [sums(`kind = 'metro' and ${inList(others)}`), -1],
  ),
  attack(
    'three lists that cancel',
    'alone',
    [sums(inList(['alone', 'd0'])), 0.5],
    [sums(inList(['alone', 'd1'])), 0.5],
    [sums(inList(['d0', 'd1'])), -0.5],
  ),
  attack(
    'four lists that cancel',
    'alone',
    [sums(inList(['alone', 'd0', 'd1'])), 1],
    [sums(inList(['d0', 'd2'])), -1],
    [sums(inList(['d1', 'd3'])), -1],
    [sums(inList(['d2', 'd3'])), 1],
  ),
  attack(
    'six lists that cancel',
    'alone',
    [sums(inList(['alone', 'd0', 'd1'])), 1],
    [sums(inList(['d0', 'd2'])), -1],
    [sums(inList(['d1', 'd3'])), -1],
    [sums(inList(['d2', 'd4'])), 1],
    [sums(inList(['d3', 'd4'])), 1],
    [sums(inList(['d4'])), -2],
  ),
  attack(
    'nested ranges of days',
    'december',
    [sums(within('2026-01-01', '2027-01-01')), 1],
    [sums(within('2026-01-01', '2026-12-01')), -1],
  ),
  attack('all days and a range', 'december', [sums(), 1], [sums("day < date '2026-12-01'"), -1]),
  attack('all days and a range turned round', 'december', [sums(), 1], [sums("date '2026-12-01' > day"), -1]),
  attack('all days and a range of months', 'december', [sums(), 1], [sums(`${month} <= '2026-11-01'`), -1]),
  attack(
    'ranges that start later',
    'december',
    [sums(within('2026-06-01', '2027-01-01')), 1],
    [sums(within('2026-06-01', '2026-12-01')), -1],
  ),
  attack('years, then months', 'december', [sums('', year), 1], [sums('', month), -1]),
  attack('months, then the year', 'december', [sums('', month), -1], [sums(within('2026-01-01', '2027-01-01')), 1]),
  attack(
    'a range split in two',
    'december',
    [sums(within('2026-01-01', '2026-06-01')), -1],
    [sums(within('2026-06-01', '2026-12-01')), -1],
    [sums(), 1],
  ),
  attack(
    'windows that slide',
    'december',
    [sums(within('2026-10-01', '2027-01-01')), 1],
    [sums(within('2026-09-01', '2026-12-01')), -1],
    [sums(within('2026-09-01', '2026-10-01')), 1],
  ),
  attack('every month asked alone', 'december', [sums(), 1], ...months.map((m) => [sums(`${month} = '2026-${m}-01'`), -1] as const)),
  attack('a list of months', 'december', [sums(), 1], [sums(`${month} in (${months.map((m) => `'2026-${m}-01'`).join(', ')})`), -1]),
  attack(
    'within one district',
    'december',
    [sums("district = 'd2'"), 1],
    [sums(`district = 'd2' and ${within('2026-01-01', '2026-12-01')}`), -1],
  ),
  attack('a district by month', 'december', [sums("district = 'd2'"), 1], [sums("district = 'd2'", month), -1]),
  attack('ages up to an end', 'aged', [sums(), 1], [sums('age < 90'), -1]),
  attack('ages between two ends', 'aged', [sums('age >= 0 and age < 100'), 1], [sums('age >= 0 and age < 90'), -1]),
  attack('coarse bins, then fine ones', 'aged', [sums('', 'floor(age / 100) * 100'), 1], [sums('', 'floor(age / 10) * 10'), -1]),
  attack('bins of other widths', 'aged', [sums('', 'floor(age / 90) * 90'), -1], [sums('', 'floor(age / 50) * 50'), 1]),
  attack('a list of bins', 'aged', [sums(), 1], [sums('floor(age / 10) * 10 in (0, 10, 20, 30, 40, 50, 60, 70, 80)'), -1]),
  attack('bins of one district', 'aged', [sums('', 'district'), 1], [sums('age < 90', 'district'), -1]),
  attack('kinds of one district', 'rare', [sums("district = 'd1'"), 1], [sums("district = 'd1' and kind in ('bus', 'metro')"), -1]),
  attack(
    'districts, then districts and kinds',
    'rare',
    [sums(inList(others), 'district'), 1],
    [sums(inList(others), 'district, kind'), -1],
  ),
  attack(
    'districts and kinds, then districts',
    'rare',
    [sums(inList(others), 'district, kind'), -1],
    [sums(inList(others), 'district'), 1],
  ),
  attack('a kind and its complement', 'rare', [sums(), 1], [sums("kind in ('bus', 'metro')"), -1]),
  attack(
    'a kind and its complement across districts',
    'rare',
    [sums(inList(others)), 1],
    [sums(`kind in ('bus', 'metro') and ${inList(others)}`, 'district'), -1],
  ),
  attack(
    'a disjunction of two dimensions',
    'rare',
    [sums(`${inList(['d0', 'd2', 'd3', 'd4', 'alone'])} or kind in ('bus', 'metro')`), -1],
    [sums(), 1],
  ),
];

const total = (told: Told): readonly [count: number, sum: number] | undefined =>
  told === 'refused'
    ? undefined
    : [told.rows.reduce((sum, row) => sum + Number(row.at(-2)), 0), told.rows.reduce((sum, row) => sum + Number(row.at(-1)), 0)];
const combine = (told: readonly Told[], { asks }: Attack, place: 0 | 1): number | undefined => {
  const parts = told.map((each, index) => {
    const found = total(each);
    return found && found[place] * (asks[index]?.[1] ?? 0);
  });
  return parts.some((part) => part === undefined) ? undefined : parts.reduce((a: number, b) => a + (b ?? 0), 0);
};
const truth = async (secret: Secret): Promise<Row> =>
  (await asking.plain(`select count(*), sum(fare) from data where ${secrets[secret]}`))[0] ?? [];

describe('a difference of answers', () => {
  it.each(attacks)('$name: would tell of one or two people, and does not', async (plan) => {
    const [count, sum] = await truth(plan.secret);
    // Shown without regard to others, but with the small cells kept back, the same answers tell the secret: the attack is one.
    const kept: Told[] = [];
    for (const [sql] of plan.asks) {
      asking.forget();
      kept.push(await asking.ask(sql, { dominancePercent: 100 }));
    }
    expect([combine(kept, plan, 0), combine(kept, plan, 1)]).toEqual([count, sum]);

    asking.forget();
    const told: Told[] = [];
    for (const [sql] of plan.asks) told.push(await asking.ask(sql, { dominancePercent: 100 }));
    expect(combine(told, plan, 0)).not.toBe(count);
    expect(combine(told, plan, 1)).not.toBe(sum);
    expect(told[0]).not.toBe('refused'); // the first of them is an honest question
  });

  it.each(attacks.filter((_, index) => index % 4 === 0))('$name: asked by everyone at once, it tells no more', async (plan) => {
    const [count, sum] = await truth(plan.secret);
    const told = await Promise.all(plan.asks.map(([sql]) => asking.ask(sql, { dominancePercent: 100 })));
    expect(combine(told, plan, 0)).not.toBe(count);
    expect(combine(told, plan, 1)).not.toBe(sum);
    expect(told.some((each) => each !== 'refused')).toBe(true);
  });
});

describe('buyers who collude', () => {
  const without = sums(inList(others));

  it('under the rules of two operators with other thresholds gain nothing', async () => {
    expect(await asking.ask(sums(), { minEntities: 20 })).not.toBe('refused');
    expect(await asking.ask(without, { minEntities: 5 })).toBe('refused');
  });

  it('gain nothing where one operator counts rows and the other people', async () => {
    expect(await asking.ask(sums(), { entity: null })).not.toBe('refused');
    expect(await asking.ask(without)).toBe('refused');
  });

  it('do not put a sum together from averages of one and counts of the other', async () => {
    expect(await asking.ask('select avg(fare) from data')).not.toBe('refused');
    expect(await asking.ask('select count(*) from data')).not.toBe('refused');
    expect(await asking.ask(`select count(*) from data where ${inList(others)}`)).toBe('refused');
    expect(await asking.ask(`select avg(fare) from data where ${inList(others)}`)).toBe('refused');
  });

  it('do not learn by counting people where they may not by counting trips', async () => {
    expect(await asking.ask('select count(distinct person) from data')).not.toBe('refused');
    expect(await asking.ask(`select count(*) from data where ${inList(others)}`)).toBe('refused');
  });

  it('are refused the one after the other where both ask at once, never both answered', async () => {
    for (let round = 0; round < 5; round += 1) {
      asking.forget();
      const told = await Promise.all([asking.ask(sums()), asking.ask(without)]);
      expect(told.filter((each) => each === 'refused')).toHaveLength(1);
    }
  });

  it('do not bring an answer to light with orders and limits', async () => {
    const by = sums('', 'district');
    const told: Told[] = [await asking.ask(sums())];
    for (const tail of ['order by 3 limit 1', 'order by 3 limit 2', 'order by 3 desc limit 4', 'order by 1 limit 5', 'limit 6'])
      told.push(await asking.ask(`${by} ${tail}`));
    const seen = new Map(
      told.slice(1).flatMap((each) => (each === 'refused' ? [] : each.rows.map((row) => [row[0], Number(row[2])] as const))),
    );
    expect(seen.size).toBeLessThan(5);
  });

  it('do not learn where a hidden cell stands: a limit cuts among what is shown', async () => {
    expect(await asking.ask(`select count(*) from data where ${inList(['d0', 'alone'])}`)).not.toBe('refused');
    const of = async (tail: string) => {
      const told = await asking.ask(`${sums('', 'district')} order by 3 ${tail}`);
      return told === 'refused' ? [] : told.rows.map(([district]) => district);
    };
    const all = await of('desc');
    expect(all).not.toContain('d0');
    for (const limit of [1, 2, 3, 4]) {
      expect(await of(`desc limit ${limit}`)).toEqual(all.slice(0, limit));
      expect(await of(`limit ${limit}`)).toEqual(all.toReversed().slice(0, limit));
    }
  });
});

describe('an honest analyst', () => {
  it('is answered in full where nobody is alone', async () => {
    const all = "kind in ('bus', 'metro')";
    const people = `${inList(others)} and ${all} and ${within('2026-01-01', '2026-12-01')} and age < 80`;
    const told: Told[] = [];
    for (const by of ['', 'district', 'kind', month, 'district, kind', 'floor(age / 20) * 20'])
      told.push(await asking.ask(sums(people, by)));
    expect(told.map((each) => (each === 'refused' ? 'refused' : each.rows.length))).toEqual([1, 5, 2, 11, 10, 4]);
  });

  it('gets a table with one more cell hidden where a total is known, not a refusal', async () => {
    await asking.ask(sums());
    const told = await asking.ask(sums('', 'district'));
    expect(told === 'refused' ? [] : told.rows.map((row) => row[0])).toHaveLength(4);
  });

  it('gets the stored answer to the same question, however its list is ordered, and compares nothing', async () => {
    const first = await asking.ask(sums(inList(others)));
    await asking.ask(sums('', 'kind'));
    const again = await asking.ask(sums(inList(others.toReversed())));
    if (first === 'refused' || again === 'refused') throw new Error('refused');
    expect(again.rows).toEqual(first.rows);
    expect(again.effort.compared).toBe(0);
  });

  it('is not held up by questions about other rows, nor about another measure', async () => {
    await asking.ask(sums("district = 'd0'"));
    await asking.ask(sums(within('2026-01-01', '2026-02-01')));
    const told = await asking.ask(sums(`district = 'd1' and ${within('2026-02-01', '2026-03-01')}`));
    expect(told === 'refused' ? -1 : told.effort.compared).toBe(0);
  });
});

const small = fc.array(fc.record({ g: fc.constantFrom('a', 'b', 'c'), h: fc.constantFrom(0, 1, 2), e: fc.integer({ min: 0, max: 11 }) }), {
  minLength: 8,
  maxLength: 40,
  size: 'max',
});
const questions = fc.array(
  fc.record({
    g: fc.option(fc.subarray(['a', 'b', 'c'], { minLength: 1 })),
    h: fc.option(fc.subarray([0, 1, 2], { minLength: 1 })),
    by: fc.subarray(['district', 'age'] as const),
  }),
  { minLength: 1, maxLength: 7 },
);

it(
  'of any questions in any order, what is shown together isolates nobody: tried by solving for every small set of people',
  async () => {
    let shown = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(small, questions, async (rows, plan) => {
        const values = rows.map(({ g, h, e }, index) => `('${g}', 'k', DATE '2026-01-01', ${h}, ${e}, ${index})`).join(', ');
        const mine = await openAsking(`SELECT * FROM (VALUES ${values}) t(district, kind, day, age, person, fare)`);
        const cells = ['a', 'b', 'c'].flatMap((g) => [0, 1, 2].map((h) => ({ g, h })));
        const atoms = cells.map(({ g, h }) => {
          const few = [...new Set(rows.filter((row) => row.g === g && row.h === h).map(({ e }) => String(e)))];
          return { entities: few.length, few };
        });
        const regions: number[][] = [];
        const rule = { minEntities: 3, dominancePercent: 100, dimensions: [{ column: 'district' }, { column: 'age' }] };
        for (const { g, h, by } of plan) {
          const where = [...(g ? [inList(g)] : []), ...(h ? [`age in (${h.join(', ')})`] : [])].join(' and ');
          const told = await mine.ask(sums(where, by.join(', ')), rule);
          if (told === 'refused') refused += 1;
          else
            for (const row of told.rows) {
              shown += 1;
              const at = (name: 'district' | 'age') => (by.includes(name) ? row[by.indexOf(name)] : undefined);
              regions.push(
                cells.flatMap((cell, index) =>
                  (!g || g.includes(cell.g)) &&
                  (!h || h.includes(cell.h)) &&
                  (at('district') ?? cell.g) === cell.g &&
                  (at('age') ?? cell.h) === cell.h &&
                  (atoms[index]?.entities ?? 0) > 0
                    ? [index]
                    : [],
                ),
              );
            }
        }
        mine.close();
        if (regions.length > 0) expect(canIsolate(regions, atoms, 3)).toBe(false);
      }),
      { numRuns: 20 * rounds, seed: 20_261_124 + rounds },
    );
    expect(shown).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(3);
  },
  60_000 * rounds,
);
