// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Dimension, Told } from './shapes.ts' */

/** @param {string} name */
export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** How a dimension is written where it has a grain. @param {Dimension} dimension @param {string} type */
export const written = ({ column, grain }, type) => {
  const name = quoted(column);
  if (grain === undefined || (grain === 'day' && type === 'DATE')) return name;
  return typeof grain === 'string' ? `date_trunc('${grain}', ${name})` : `floor(${name} / ${grain.bin}) * ${grain.bin}`;
};

/**
 * Questions within a rule, to begin from: each is one that the gate accepts. @param {Told} told
 * @returns {readonly { readonly says: Pair, readonly sql: string }[]}
 */
export const examplesOf = ({ rule: { dimensions, measures, entity, joinable = [] }, columns }) => {
  const typeOf = (/** @type {string} */ name) => columns.find((column) => column.name === name)?.type ?? '';
  const plain = dimensions.find(({ grain }) => grain === undefined);
  const dated = dimensions.find(({ grain }) => typeof grain === 'string');
  const [measure] = measures;
  const first = plain ?? dimensions[0];
  const of = first && written(first, typeOf(first.column));
  const group = of === undefined || of.startsWith('"') ? of : `${of} AS cell`;
  return [
    ...(group === undefined
      ? [{ says: /** @type {Pair} */ (['总数', 'The total']), sql: 'SELECT count(*) AS n\nFROM data' }]
      : [
          {
            says: /** @type {Pair} */ (['分组计数', 'Counts by group']),
            sql: `SELECT ${group}, count(*) AS n\nFROM data\nGROUP BY 1\nORDER BY n DESC`,
          },
        ]),
    ...(measure === undefined || group === undefined
      ? []
      : [
          {
            says: /** @type {Pair} */ (['合计与平均', 'Sums and averages']),
            sql: `SELECT ${group}, sum(${quoted(measure.column)}) AS total, avg(${quoted(measure.column)}) AS mean\nFROM data\nGROUP BY 1\nORDER BY total DESC`,
          },
        ]),
    ...(dated === undefined
      ? []
      : [
          {
            says: /** @type {Pair} */ (['随时间变化', 'Over time']),
            sql: `SELECT ${written(dated, typeOf(dated.column))} AS period, count(*) AS n\nFROM data\nGROUP BY 1\nORDER BY period`,
          },
        ]),
    ...(entity === null
      ? []
      : [
          {
            says: /** @type {Pair} */ (['主体个数', 'How many entities']),
            sql: `SELECT count(DISTINCT ${quoted(entity)}) AS entities\nFROM data`,
          },
        ]),
    ...(joinable[0] === undefined
      ? []
      : [
          {
            says: /** @type {Pair} */ (['与本单位名单连接', 'Joined with a list of yours']),
            sql: `SELECT count(*) AS n\nFROM data JOIN my_list ON data.${quoted(joinable[0])} = my_list.key`,
          },
        ]),
  ];
};
