// @ts-check
/** @import { Pair, Problem } from '../shapes.ts' */
/** @import { Argument, Balance, Place, Preview, Question, Rule, Template } from './shapes.ts' */
import { h, say, spoken } from '../element.js';
import { complaint } from '../forms/field.js';
import { empty } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { argumentForm } from './arguments.js';
import { rangeOf } from './refusal.js';
import { reveal } from './reveal.js';
import { trialTold } from './trial.js';

/**
 * What a page makes of a question: `tries` says whether it would be answered, `runs` has it answered and shows how in `room`.
 * @typedef {{
 *   readonly rule?: Rule | undefined,
 *   readonly onlyTemplates?: boolean,
 *   readonly templates: readonly Template[],
 *   readonly first?: Question | undefined,
 *   readonly tries: (question: Question) => Promise<Preview>,
 *   readonly runs?: (question: Question, room: HTMLElement, place: (at: Place) => Node | undefined) => Promise<void>,
 *   readonly balance?: () => Balance | undefined,
 *   readonly follows?: () => Node | undefined,
 * }} Desk
 */
/** @typedef {{ readonly node: HTMLElement, readonly read: () => Question | undefined, readonly refuse: (problem: Problem) => void }} Way */

const mostText = 8000;

/** Where a question is written in SQL. @param {string} [first] @param {boolean} [isNoised] */
const editor = (first = '', isNoised = false) => {
  const wrong = complaint('sql');
  const input = h('textarea', {
    id: 'sql',
    rows: '7',
    spellcheck: 'false',
    autocapitalize: 'off',
    class: 'code',
    maxlength: String(mostText),
    'aria-describedby': wrong.node.id,
  });
  input.value = first;
  input.addEventListener('input', wrong.clear);
  const node = h(
    'div',
    { class: 'field' },
    h('label', { for: 'sql', say: ['查询语句（SQL，表名为 data）', 'Query (SQL; the table is data)'] }),
    input,
    h('span', {
      class: 'hint',
      say: isNoised
        ? [
            '只返回加入噪声的汇总结果，每次回答支付隐私预算。',
            'Only noised aggregates come out, and each answer is paid for from the privacy budget.',
          ]
        : [
            '只返回经核验的汇总结果；未达到最少主体数的分组会被扣除。',
            'Only checked aggregates come out; cells with too few entities are withheld.',
          ],
    }),
    wrong.node,
  );
  /** @param {string} text @param {number} from @param {number} to */
  const put = (text, from, to) => {
    input.setRangeText(text, from, to, 'end');
    input.dispatchEvent(new Event('input'));
    input.focus();
  };
  return {
    node,
    /** @returns {Question | undefined} */
    read: () => {
      if (input.value.trim() !== '') return { sql: input.value };
      wrong.show(['请填写查询语句，或从“可以问什么”中选用示例。', 'Write a query, or take an example from “What may be asked”.']);
      input.focus();
      return undefined;
    },
    refuse: () => undefined,
    insert: (/** @type {string} */ text) => put(text, input.selectionStart, input.selectionEnd),
    replace: (/** @type {string} */ sql) => put(sql, 0, input.value.length),
    /** Leads to a place in the text. @param {Place} at @param {string} of the text that the place is in */
    select: (at, of) => {
      if (input.value !== of) return; // it has been changed since
      const [from, to] = rangeOf(of, at);
      input.focus();
      input.setSelectionRange(from, to);
    },
  };
};

/** Where a template is chosen and filled in. @param {readonly Template[]} templates @param {Question | undefined} first @param {boolean} isNamed whether the page itself says which it is */
const filling = (templates, first, isNamed) => {
  const asked = first && 'template' in first ? first : undefined;
  const select = h(
    'select',
    { id: 'template' },
    ...templates.map(({ id, title }) => h('option', { value: id, selected: id === asked?.template, say: [title.zh, title.en] })),
  );
  const room = h('div', { class: 'fields' });
  let form = argumentForm([]);
  /** @param {readonly Argument[]} [given] */
  const turn = (given) => {
    const template = templates.find(({ id }) => id === select.value);
    form = argumentForm(template?.parameters ?? [], given);
    room.replaceChildren(
      ...(isNamed ? [] : [h('p', { class: 'quiet text' }, template?.summary ?? '')]),
      ...(template?.parameters.length === 0
        ? [h('p', { class: 'quiet', say: ['该模板没有参数。', 'This template has no parameters.'] })]
        : [form.node]),
    );
  };
  select.addEventListener('change', () => turn());
  turn(asked?.arguments);
  return {
    node: h(
      'div',
      { class: 'fields' },
      templates.length > 1
        ? h('div', { class: 'field' }, h('label', { for: 'template', say: ['分析模板', 'Template'] }), select)
        : !isNamed && h('h3', {}, spoken([templates[0]?.title.zh ?? '', templates[0]?.title.en ?? ''])),
      room,
    ),
    /** @returns {Question | undefined} */
    read: () => {
      const given = form.read();
      return given && { template: select.value, arguments: given };
    },
    /** @param {Problem} problem */
    refuse: ({ about, detail }) => {
      form.mark(String(about?.['parameter'] ?? ''), [detail.zh, detail.en]);
    },
  };
};

/** Which of the two ways a question is put in. @param {readonly (readonly [Pair, Way])[]} ways @param {number} first @param {() => void} turned */
const choosing = (ways, first, turned) => {
  let at = first;
  const room = h('div');
  const buttons = ways.map(([says], n) => h('button', { type: 'button', say: says, onclick: () => (turn(n), turned()) }));
  /** @param {number} to */
  const turn = (to) => {
    at = to;
    for (const [n, button] of buttons.entries()) button.setAttribute('aria-pressed', String(n === to));
    const chosen = ways[to]?.[1].node;
    room.replaceChildren(...(chosen ? [chosen] : []));
  };
  turn(first);
  return {
    node: h('div', {}, ways.length > 1 && h('div', { class: 'switch', role: 'group', name: ['提问方式', 'How to ask'] }, ...buttons), room),
    way: () => ways[at]?.[1],
    turn,
  };
};

/** Leads to where a refused question went wrong, if it is still written there. @param {ReturnType<typeof editor>} writing @param {string} sql */
const leading = (writing, sql) => (/** @type {Place} */ at) =>
  h(
    'p',
    {},
    h('button', {
      type: 'button',
      class: 'small',
      say: ['在编辑框中定位', 'Show it in the editor'],
      onclick: () => writing.select(at, sql),
    }),
  );

/** @param {Desk} desk @param {ReturnType<typeof editor>} writing @param {Question} question @param {Preview} preview */
const told = ({ balance, follows }, writing, question, preview) => {
  const sql = 'sql' in question ? question.sql : '';
  const place = !preview.accepted && preview.at && 'sql' in question ? leading(writing, sql)(preview.at) : undefined;
  const next = preview.accepted ? follows?.() : place;
  return trialTold(preview, { sql, isTemplate: 'template' in question, balance: balance?.() }, next);
};

/**
 * Where a question is put, tried, and run where that may be. @param {Desk} desk
 */
export const asking = (desk) => {
  const { rule, templates, first, tries, runs } = desk;
  const writing = editor(first && 'sql' in first ? first.sql : '', rule?.privacy !== undefined);
  const isWritten = !rule?.templatesOnly && !desk.onlyTemplates;
  /** @type {readonly (readonly [Pair, Way])[]} */
  const ways = [
    ...(isWritten ? [/** @type {const} */ ([['自写查询', 'Write a query'], writing])] : []),
    ...(templates.length > 0
      ? [/** @type {const} */ ([['用模板提问', 'Ask by template'], filling(templates, first, desk.onlyTemplates ?? false)])]
      : []),
  ];
  const said = h('div', { class: 'result', 'aria-live': 'polite' });
  const chosen = choosing(ways, first && 'template' in first ? ways.length - 1 : 0, () => said.replaceChildren());
  const buttons = [
    h('button', { type: runs ? 'button' : 'submit', class: runs ? undefined : 'primary', say: ['试问', 'Try it'] }),
    ...(runs ? [h('button', { type: 'submit', class: 'primary', say: ['执行查询', 'Run the query'] })] : []),
  ];
  /** @param {(question: Question) => Promise<void>} work */
  const busy = async (work) => {
    const question = chosen.way()?.read();
    if (!question) return;
    for (const button of buttons) button.disabled = true;
    try {
      await work(question);
    } catch (error) {
      const problem = problemOf(error);
      chosen.way()?.refuse(problem);
      said.replaceChildren(notice(problem));
    } finally {
      reveal(said);
      for (const button of buttons) button.disabled = false;
    }
  };
  const attempt = () =>
    busy(async (question) => {
      said.replaceChildren(h('p', { role: 'status', say: ['正在核对规则……', 'Checking the rule…'] }));
      said.replaceChildren(told(desk, writing, question, await tries(question)));
    });
  const run = () => busy(async (question) => runs?.(question, said, 'sql' in question ? leading(writing, question.sql) : () => undefined));
  buttons[0]?.addEventListener('click', (event) => (event.preventDefault(), void attempt()));
  const form = h(
    'form',
    { class: 'form panel', novalidate: true, onsubmit: (event) => (event.preventDefault(), void (runs ? run() : attempt())) },
    ways.length === 0
      ? empty([
          '该产品只接受经审核的模板提问，目前尚无已批准的模板；请联系运营机构。',
          'This product is asked by reviewed templates only, and none is approved yet; ask its operator.',
        ])
      : chosen.node,
    ways.length > 0 && h('div', { class: 'buttons' }, ...buttons, costless(rule !== undefined)),
  );
  const replace = (/** @type {string} */ sql) =>
    (chosen.turn(0), writing.replace(sql));
  const insert = (/** @type {string} */ text) =>
    (chosen.turn(0), writing.insert(text));
  return { node: form, said, ...(isWritten ? { editor: { insert, replace } } : {}) };
};
/** Where there is no room for it beside the question, what may be asked is folded up below. */
const openRule = () => {
  const rule = document.querySelector('details.rule');
  rule?.setAttribute('open', '');
  rule?.scrollIntoView();
};
/** @param {boolean} isTold whether the page says what may be asked */
const costless = (isTold) =>
  h(
    'span',
    { class: 'quiet' },
    say('试问不计次数，也不动用数据。', 'To try costs nothing and touches no data.'),
    isTold && h('button', { type: 'button', class: 'link to-rule', onclick: openRule, say: ['可以问什么', 'What may be asked'] }),
  );
