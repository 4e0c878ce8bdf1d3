// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Source } from './shapes.ts' */
import { rangeOf } from '../asking/refusal.js';
import { h } from '../element.js';
import { complaint } from '../forms/field.js';
import { written } from './sources.js';

const mostText = 10_000;

/** Where the SQL is written. @param {string} first @param {() => void} changed @param {() => void} tries */
export const editor = (first, changed, tries) => {
  const wrong = complaint('sql');
  const input = h('textarea', {
    id: 'sql',
    rows: '12',
    spellcheck: 'false',
    autocapitalize: 'off',
    class: 'code',
    maxlength: String(mostText),
    'aria-describedby': wrong.node.id,
  });
  input.value = first;
  input.addEventListener('input', () => (wrong.clear(), changed()));
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    tries();
  });
  return {
    node: h(
      'div',
      { class: 'field' },
      h('label', { for: 'sql', say: ['加工语句（SQL）', 'The derivation, in SQL'] }),
      input,
      h('span', { class: 'hint', say: ['Ctrl+Enter 试运行。', 'Ctrl+Enter tries it.'] }),
      wrong.node,
    ),
    read: () => input.value.trim(),
    isEmpty: () => input.value.trim() === '',
    /** @param {Pair} says */
    complain: (says) => (wrong.show(says), input.focus()),
    /** @param {string} text */
    insert: (text) => {
      input.setRangeText(text, input.selectionStart, input.selectionEnd, 'end');
      input.dispatchEvent(new Event('input'));
      input.focus();
    },
    /** @param {string} sql @param {{ readonly offset: number, readonly text?: string }} at */
    select: (sql, at) => {
      const lead = input.value.length - input.value.trimStart().length;
      if (input.value.trim() !== sql) return; // it has been changed since
      const [from, to] = rangeOf(sql, at);
      input.focus();
      input.setSelectionRange(from + lead, to + lead);
    },
  };
};

/** A text to begin with, from the sources as they are chosen. @param {readonly Source[]} sources */
export const exampleOf = (sources) => {
  const [one, ...others] = sources;
  if (!one) return '';
  if (one.entity === null) return `SELECT …\nFROM ${one.name}`;
  const of = (/** @type {Source} */ { name, entity }) => `${name}.${written(entity ?? '')}`;
  const joins = others.filter(({ entity }) => entity !== null).map((other) => `LEFT JOIN ${other.name} ON ${of(one)} = ${of(other)}`);
  return [`SELECT ${of(one)}, count(*) AS n`, `FROM ${one.name}`, ...joins, `GROUP BY ${of(one)}`].join('\n');
};

/** What a derivation may be made of, in words. */
export const rules = () =>
  h(
    'details',
    { class: 'panel' },
    h('summary', { say: ['可以怎样写', 'What may be written'] }),
    h(
      'ul',
      { class: 'values' },
      h('li', {
        say: [
          '一条 SELECT：FROM、JOIN、WHERE、GROUP BY；不接受子查询、窗口函数、UNION、ORDER BY 和 *。',
          'One SELECT with FROM, JOIN, WHERE and GROUP BY; no subquery, window, UNION, ORDER BY or *.',
        ],
      }),
      h('li', {
        say: [
          '数据源之间只以主体列相等连接：JOIN 或 LEFT JOIN … ON 甲.主体 = 乙.主体。',
          'Sources are joined by the equality of their entities: JOIN or LEFT JOIN … ON a.entity = b.entity.',
        ],
      }),
      h('li', {
        say: [
          '至多两个数据源可对同一主体有多行，其余每个主体只能有一行。',
          'At most two of the sources may have several rows for one entity.',
        ],
      }),
      h('li', {
        say: [
          '首个数据源的主体列须原样输出一次（可用 AS 改名）；聚合时 GROUP BY 须含该列。',
          'The entity of the first source comes out once, as it is (AS may rename it); with aggregates, GROUP BY holds it.',
        ],
      }),
      h('li', {
        say: [
          '聚合：count、sum、avg、min、max。加工所得的列用 AS 命名。',
          'Aggregates: count, sum, avg, min, max. What is worked out is named by AS.',
        ],
      }),
      h('li', {
        say: [
          '算不出的值（溢出、除以零、不能转换的文本）为空值，不会报错。',
          'What cannot be worked out (an overflow, a division by zero, a text that is no number) is NULL and no error.',
        ],
      }),
      h('li', {
        say: [
          '由个人信息得来的列仍是个人信息，不能作产品的维度或指标。',
          'What is made of personal information stays so, and is no dimension or measure of a product.',
        ],
      }),
    ),
  );
