import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Source } from '../../functions/sandbox/derivation-expressions.ts';
import type { Derived } from '../../functions/sandbox/derivation-grammar.ts';
import { derive } from '../../functions/sandbox/derivation-grammar.ts';
import { printTyped, rehearseDerivation } from '../../functions/sandbox/derivation-rehearsal.ts';
import { openParser } from '../../functions/sandbox/parser.ts';

const trips: Source = {
  name: 'trips',
  entity: 'rider',
  columns: [
    { name: 'rider', type: 'VARCHAR', personal: 'resident_id' },
    { name: 'fare', type: 'BIGINT' },
    { name: 'day', type: 'DATE' },
    { name: 'district', type: 'VARCHAR' },
    { name: 'phone', type: 'VARCHAR', personal: 'mobile' },
  ],
};
const cards: Source = {
  name: 'cards',
  entity: 'rider',
  columns: [
    { name: 'rider', type: 'VARCHAR', personal: 'resident_id' },
    { name: 'age', type: 'INTEGER' },
    { name: 'number', type: 'BIGINT' },
  ],
};
const rows: Source = { name: 'sensors', entity: null, columns: [{ name: 'level', type: 'DOUBLE' }] };
const sources = [trips, cards, rows];

let parser: Awaited<ReturnType<typeof openParser>>;
let connection: DuckDBConnection;
beforeAll(async () => {
  parser = await openParser();
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
});
afterAll(() => {
  connection.closeSync();
  parser.close();
});
const read = (sql: string, from: readonly Source[] = sources) => derive(sql, from, parser.parse);
const accepted = async (sql: string): Promise<Derived> => {
  const derived = await read(sql);
  if ('refused' in derived) throw new Error(`${sql}: ${derived.refused}`);
  return derived;
};

describe('a derivation', () => {
  const refused: readonly (readonly [sql: string, code: string, at?: string])[] = [
    // who the rows are of
    ['SELECT fare FROM trips', 'entity_not_kept'],
    ["SELECT rider || '1' AS rider FROM trips", 'entity_not_kept'],
    ['SELECT rider, rider AS again FROM trips', 'entity_not_kept'],
    ['SELECT cards.rider FROM trips LEFT JOIN cards ON trips.rider = cards.rider', 'entity_not_kept'],
    ['SELECT phone AS rider, fare FROM trips', 'entity_not_kept'],
    ['SELECT rider, sum(fare) AS s FROM trips', 'entity_not_grouped'],
    ['SELECT rider, sum(fare) AS s FROM trips GROUP BY district', 'entity_not_grouped'],
    ['SELECT sum(fare) AS s FROM trips GROUP BY lower(rider)', 'entity_not_grouped'],
    ['SELECT avg(level) AS l FROM sensors', 'entity_required'],
    ['SELECT rider, fare FROM trips GROUP BY rider', 'column_not_grouped', 'fare'],
    ["SELECT rider, CASE WHEN district = 'x' THEN sum(fare) END AS s FROM trips GROUP BY rider", 'column_not_grouped', 'district'],
    ['SELECT rider, fare + 1 AS s FROM trips GROUP BY rider, fare + 2', 'column_not_grouped', 'fare'],
    // what stands beside them
    ['SELECT trips.rider FROM trips JOIN cards ON true', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips JOIN cards ON trips.rider <> cards.rider', 'join_not_by_entity', '<>'],
    ['SELECT trips.rider FROM trips JOIN cards ON trips.phone = cards.rider', 'join_not_by_entity', '='],
    ['SELECT trips.rider FROM trips JOIN cards ON trips.rider = trips.rider', 'join_not_by_entity', '='],
    ['SELECT trips.rider FROM trips JOIN cards ON trips.rider = cards.rider OR true', 'join_not_by_entity', 'OR'],
    ['SELECT trips.rider FROM trips JOIN cards USING (rider)', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips NATURAL JOIN cards', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips, cards', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips CROSS JOIN cards', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips FULL JOIN cards ON trips.rider = cards.rider', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips RIGHT JOIN cards ON trips.rider = cards.rider', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips SEMI JOIN cards ON trips.rider = cards.rider', 'join_not_by_entity'],
    ['SELECT trips.rider FROM trips JOIN trips ON trips.rider = trips.rider', 'source_repeated'],
    ['SELECT trips.rider FROM trips JOIN sensors ON trips.rider = sensors.level', 'entity_required'],
    // other rows
    ['SELECT rider, row_number() OVER () AS n FROM trips', 'window_not_allowed'],
    ['SELECT rider, sum(fare) OVER (PARTITION BY district) AS n FROM trips', 'window_not_allowed'],
    ['SELECT rider, (SELECT max(fare) FROM trips) AS m FROM trips', 'subquery_not_allowed'],
    ['SELECT rider FROM trips WHERE fare > (SELECT avg(fare) FROM trips)', 'subquery_not_allowed'],
    ['SELECT rider FROM trips WHERE EXISTS (SELECT 1 FROM cards)', 'subquery_not_allowed'],
    ['SELECT rider FROM (SELECT rider FROM trips)', 'derivation_clause'],
    ['SELECT rider FROM trips UNION SELECT rider FROM cards', 'set_operation_not_allowed', 'UNION'],
    ['WITH t AS (SELECT rider FROM trips) SELECT rider FROM t', 'cte_not_allowed', 'WITH'],
    ['SELECT DISTINCT rider FROM trips', 'distinct_not_allowed', 'DISTINCT'],
    ['SELECT rider FROM trips GROUP BY ALL', 'group_by_all_not_allowed', 'ALL'],
    ['SELECT rider FROM trips GROUP BY ROLLUP (rider)', 'grouping_sets_not_allowed', 'ROLLUP'],
    ['SELECT rider FROM trips GROUP BY rider HAVING count(*) > 1', 'having_not_allowed', 'HAVING'],
    ['SELECT rider FROM trips QUALIFY row_number() OVER () = 1', 'qualify_not_allowed', 'QUALIFY'],
    ['SELECT rider FROM trips ORDER BY fare LIMIT 3', 'derivation_clause'],
    ['SELECT rider FROM trips USING SAMPLE 3', 'sampling_not_allowed', 'SAMPLE'],
    // chance, clock, settings, files
    ['SELECT rider, random() AS r FROM trips', 'derivation_function_unknown', 'random'],
    ['SELECT rider, now() AS r FROM trips', 'derivation_function_unknown', 'now'],
    ["SELECT rider, current_setting('threads') AS r FROM trips", 'derivation_function_unknown'],
    ["SELECT rider, getenv('HOME') AS r FROM trips", 'derivation_function_unknown', 'getenv'],
    ["SELECT rider, nextval('s') AS r FROM trips", 'derivation_function_unknown', 'nextval'],
    ["SELECT rider, error('x') AS r FROM trips", 'derivation_function_unknown', 'error'],
    ["SELECT rider, repeat('x', 1000000000) AS r FROM trips", 'derivation_function_unknown', 'repeat'],
    ['SELECT rider, list(fare) AS r FROM trips GROUP BY rider', 'derivation_function_unknown', 'list'],
    ['SELECT rider, unnest(range(9)) AS r FROM trips', 'derivation_function_unknown'],
    ["SELECT rider FROM read_csv('/etc/passwd')", 'derivation_clause', 'read_csv'],
    ["SELECT rider FROM 'data.parquet'", 'source_unknown'],
    ['SELECT rider FROM duckdb_settings()', 'derivation_clause', 'duckdb_settings'],
    ['SELECT a FROM range(9) t(a)', 'derivation_clause'],
    ["COPY trips TO 'x'", 'not_a_select'],
    ['SELECT rider FROM trips; DROP TABLE trips', 'not_a_select'],
    // names
    ['SELECT rider FROM data', 'source_unknown', 'data'],
    ['SELECT rider FROM main.trips', 'qualified_name_not_allowed'],
    ['SELECT rider FROM trips t', 'source_unknown'],
    ['SELECT rider, secret FROM trips', 'source_column_unknown', 'secret'],
    ['SELECT rider FROM trips JOIN cards ON trips.rider = cards.rider', 'source_unqualified', 'rider'],
    ['SELECT rider, fare * 2 FROM trips', 'alias_required'],
    ['SELECT rider, fare AS "a;b" FROM trips', 'alias_not_allowed'],
    ['SELECT rider, fare AS x, day AS X FROM trips', 'duplicate_output'],
    ['SELECT * FROM trips', 'star_not_allowed', '*'],
    ['SELECT rider, COLUMNS(*) FROM trips', 'star_not_allowed'],
    // values
    ['SELECT rider, CAST(fare AS BLOB) AS b FROM trips', 'derivation_type_unknown'],
    ['SELECT rider, [fare] AS b FROM trips', 'derivation_function_unknown'],
    ['SELECT rider, {a: fare} AS b FROM trips', 'derivation_function_unknown'],
    ['SELECT rider, sum(sum(fare)) AS b FROM trips GROUP BY rider', 'aggregate_misplaced'],
    ['SELECT rider FROM trips WHERE sum(fare) > 3', 'aggregate_misplaced'],
    ['SELECT rider, count(*) FILTER (WHERE fare > 1) AS n FROM trips GROUP BY rider', 'filter_not_allowed'],
    ['SELECT rider, x -> x + 1 AS n FROM trips', 'lambda_not_allowed'],
  ];
  it.each(refused)('%s is refused as %s', async (...[sql, code, at]) => {
    const told = await read(sql);
    expect(told).toMatchObject({ refused: code });
    if (at !== undefined) expect('at' in told && told.at?.text).toBe(at);
  });

  it('does not join entities of two types: a comparison that casts would give one person’s rows to two', async () => {
    const numbered = { ...cards, entity: 'number', columns: cards.columns.filter(({ name }) => name !== 'rider') };
    const sql = 'SELECT trips.rider FROM trips JOIN cards ON trips.rider = cards.number';
    expect(await derive(sql, [trips, numbered], parser.parse)).toMatchObject({ refused: 'entity_types_differ' });
  });

  it('joins at most two tables that have several rows for one entity, and others of one row each', async () => {
    const third = { ...cards, name: 'third' };
    const single = { ...third, columns: third.columns.map((column) => ({ ...column, unique: column.name === 'rider' })) };
    const sql = 'SELECT trips.rider FROM trips JOIN cards ON trips.rider = cards.rider JOIN third ON third.rider = trips.rider';
    expect(await derive(sql, [trips, cards, third], parser.parse)).toMatchObject({ refused: 'join_multiplies' });
    expect(await derive(sql, [trips, cards, single], parser.parse)).toMatchObject({ entity: 'rider' });
  });

  it('says of which columns each output is made, and that what is made of personal information is personal', async () => {
    const { columns, entity } = await accepted(
      'SELECT trips.rider AS who, sum(fare_of) AS s FROM trips GROUP BY 1'
        .replace('fare_of', 'trips.fare')
        .replace('FROM trips', 'FROM trips'),
    );
    expect(entity).toBe('who');
    expect(columns).toEqual([
      { name: 'who', madeOf: [{ source: 'trips', column: 'rider' }], personal: 'resident_id' },
      { name: 's', madeOf: [{ source: 'trips', column: 'fare' }], personal: null },
    ]);
    const hidden = await accepted('SELECT rider, CASE WHEN fare > 3 THEN substring(phone, 1, 3) ELSE NULL END AS area FROM trips');
    expect(hidden.columns[1]).toMatchObject({ personal: 'mobile', madeOf: [{ column: 'fare' }, { column: 'phone' }] });
  });
});

/** Texts that bring together, join, cut and work out. */
const texts = [
  'SELECT rider, fare * 2 + 1 AS double, upper(district) AS d FROM trips WHERE fare > 2 OR district IS NULL',
  'SELECT rider, count(*) AS n, sum(fare) AS s, min(day) AS first, count(DISTINCT district) AS places FROM trips GROUP BY rider',
  "SELECT rider, date_trunc('month', day) AS month, avg(fare) AS mean FROM trips GROUP BY rider, month",
  'SELECT trips.rider, cards.age, trips.fare FROM trips JOIN cards ON trips.rider = cards.rider WHERE cards.age BETWEEN 20 AND 60',
  'SELECT trips.rider AS who, coalesce(max(cards.age), 0) AS age, sum(trips.fare) AS s FROM trips LEFT JOIN cards ON cards.rider = trips.rider GROUP BY trips.rider',
  "SELECT cards.rider, CASE WHEN cards.age >= 60 THEN 'old' ELSE 'young' END AS band, count(trips.fare) AS n FROM cards LEFT JOIN trips ON trips.rider = cards.rider GROUP BY 1, 2",
];
const person = fc.option(fc.constantFrom('1', '01', '2', '3', 'a', 'A'), { freq: 8 });
const tripRow = fc.tuple(
  person,
  fc.option(fc.integer({ min: 0, max: 9 })),
  fc.constantFrom('2025-01-01', '2025-01-31', '2025-02-01'),
  fc.option(fc.constantFrom('x', 'y')),
);
const cardRow = fc.tuple(person, fc.option(fc.integer({ min: 0, max: 90 })));
const text = (value: string | number | null): string => (value === null ? 'NULL' : `'${value}'`);

describe('the table that a derivation makes', () => {
  const make = async (
    { sql }: Derived,
    entity: string,
    all: readonly (readonly (string | number | null)[])[],
    held: readonly (readonly (string | number | null)[])[],
  ) => {
    const values = (table: readonly (readonly (string | number | null)[])[], empty: string) =>
      table.length === 0 ? empty : `VALUES ${table.map((row) => `(${row.map(text).join(', ')})`).join(', ')}`;
    await connection.run(
      `CREATE OR REPLACE TABLE trips AS SELECT r::VARCHAR AS rider, f::BIGINT AS fare, d::DATE AS day, p::VARCHAR AS district, NULL::VARCHAR AS phone FROM (${values(all, 'SELECT NULL, NULL, NULL, NULL WHERE false')}) t(r, f, d, p)`,
    );
    await connection.run(
      `CREATE OR REPLACE TABLE cards AS SELECT r::VARCHAR AS rider, a::INTEGER AS age, 1::BIGINT AS number FROM (${values(held, 'SELECT NULL, NULL WHERE false')}) t(r, a)`,
    );
    const answer = await connection.runAndReadAll(`SELECT "${entity}" AS of, * FROM (${sql}) ORDER BY ALL`);
    return answer.getRowsJson();
  };

  it.each(texts)('holds rows of one entity each: without its rows only its own are missing (%s)', async (sql) => {
    const derived = await accepted(sql);
    await fc.assert(
      fc.asyncProperty(fc.array(tripRow, { maxLength: 12 }), fc.array(cardRow, { maxLength: 6 }), person, async (all, held, gone) => {
        const entity = derived.entity ?? '';
        const whole = await make(derived, entity, all, held);
        const without = await make(
          derived,
          entity,
          all.filter(([who]) => who !== gone),
          held.filter(([who]) => who !== gone),
        );
        expect(without).toEqual(whole.filter(([of]) => of !== gone));
        expect(whole.filter(([of]) => of === null)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it.each(texts)('has the types that its rehearsal over invented rows tells, and finds rows there (%s)', async (sql) => {
    const derived = await accepted(sql);
    const rehearsed = await rehearseDerivation(derived, sources);
    expect(rehearsed?.rows.length).toBeGreaterThan(0);
    await make(derived, derived.entity ?? '', [['1', 3, '2025-01-01', 'x']], [['1', 30]]);
    const described = await connection.runAndReadAll(`DESCRIBE ${printTyped(derived, rehearsed?.types ?? [])}`);
    expect(described.getRows().map(([, type]) => String(type))).toEqual(rehearsed?.types);
  });

  it('is not made of what does not bind', async () => {
    const sql = 'SELECT rider, fare + district AS x FROM trips WHERE day AND fare';
    expect(await rehearseDerivation(await accepted(sql), sources)).toBeUndefined();
  });
});
