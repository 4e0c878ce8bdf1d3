import { parseArgs } from 'node:util';
import { AnalysisRule } from '../contracts/analysis-rule.ts';
import { compile } from '../functions/sandbox/gate.ts';
import { openParser } from '../functions/sandbox/parser.ts';

/**
 * Times the gate, from a buyer's text to the query that would run, against DuckDB's parser alone (`json_serialize_sql`) on the same texts, which
 * is the bound: both in one process, alternating. `node bench/gate.ts [--rounds 500]`.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '500' } } });
const rounds = Number(values.rounds);

const columns = [
  { name: 'borough', type: 'VARCHAR' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'pickup', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: 'rider', type: 'BIGINT' },
  { name: 'fare', type: 'DECIMAL(18,2)' },
  { name: 'tip', type: 'DECIMAL(18,2)' },
];
const rule = AnalysisRule.parse({
  dimensions: [{ column: 'borough' }, { column: 'kind' }, { column: 'pickup', grain: 'day' }, { column: 'age', grain: { bin: 10 } }],
  measures: [{ column: 'fare', clamp: { min: '0', max: '500' } }, { column: 'tip' }],
  entity: 'rider',
});
const hundred = Array.from({ length: 100 }, (_, n) => `'borough ${n}'`).join(', ');
const queries = {
  'a count': 'SELECT count(*) FROM data',
  'two dimensions, four aggregates':
    'SELECT borough, kind, count(*), count(DISTINCT rider), sum(fare), avg(tip) FROM data GROUP BY borough, kind',
  'ranges, grains, order and limit': `SELECT date_trunc('month', pickup) AS month, floor(age / 10) * 10 AS decade, sum(fare) AS fares FROM data
    WHERE borough IN ('a', 'b') AND pickup >= '2024-01-01' AND pickup < '2025-01-01' AND (kind = 'x' OR kind = 'y') AND age >= 20
    GROUP BY month, decade ORDER BY fares DESC LIMIT 20`,
  'a hundred values': `SELECT kind, count(*) FROM data WHERE borough IN (${hundred}) GROUP BY kind`,
  'a refusal': 'SELECT borough, sum(fare) OVER () FROM data GROUP BY borough',
};

/** The time that so many of a hundred stay below. */
const percentile = (times: readonly number[], of: number): number =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor((times.length * of) / 100))] ?? Number.NaN;

const parser = await openParser();
try {
  const time = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  const line = (name: string, ...figures: readonly number[]): void =>
    console.log(`${name.padEnd(34)}${figures.map((figure) => figure.toFixed(2).padStart(10)).join('')}`);
  console.log(`${rounds} rounds, in ms${' '.repeat(21)}parser      gate     ratio  gate p99`);
  const all: number[] = [];
  for (const [name, sql] of Object.entries(queries)) {
    const taken = { parser: [] as number[], gate: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      taken.parser.push(await time(() => parser.parse(sql)));
      taken.gate.push(await time(() => compile(sql, rule, columns, parser.parse)));
    }
    all.push(...taken.gate);
    const [bound, gate] = [percentile(taken.parser, 50), percentile(taken.gate, 50)];
    line(name, bound, gate, gate / bound, percentile(taken.gate, 99));
  }
  console.log(`all: median ${percentile(all, 50).toFixed(2)} ms (target 2.00), p99 ${percentile(all, 99).toFixed(2)} ms`);
} finally {
  parser.close();
}
