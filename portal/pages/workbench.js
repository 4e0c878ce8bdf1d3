// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Pair, View } from '../shapes.ts' */
/** @import { Kept, Source, Table, Trial } from '../deriving/shapes.ts' */
import { post, readRecord, submission, whoAmI } from '../api.js';
import { editor, exampleOf, rules } from '../deriving/editor.js';
import { layoutChoice } from '../deriving/layout.js';
import { sourceChoice, sourcesTold } from '../deriving/sources.js';
import { ours, tableOf } from '../deriving/tables.js';
import { tried } from '../deriving/tried.js';
import { h, say, spoken } from '../element.js';
import { complaint } from '../forms/field.js';
import { empty, heading } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { titleOf } from '../reference.js';
import { go } from '../router.js';
import { holds } from '../session.js';
import { fault } from './derivation.js';

/** @typedef {{ readonly node: HTMLElement, readonly read: () => readonly Source[], readonly check: () => boolean }} Sources */

const mostSources = 4;

/** Which of the loaded datasets of a scenario are used. @param {readonly Table[]} tables @param {readonly Source[]} first @param {{ readonly insert: (text: string) => void, readonly changed: () => void }} desk @returns {Sources} */
const choosing = (tables, first, desk) => {
  const choices = tables.map((table, n) =>
    sourceChoice(
      table,
      `t${n + 1}`,
      first.find(({ dataset }) => dataset === table.id),
      desk,
    ),
  );
  const read = () => choices.map((choice) => choice.read()).filter((source) => source !== undefined);
  return {
    node: h('div', { class: 'sources' }, ...choices.map(({ node }) => node)),
    read,
    check: () => choices.every((one) => one.check()),
  };
};
/** @param {string} id @param {Pair} label @param {string} value */
const line = (id, label, value) => {
  const input = h('input', { id, value, maxlength: '200', autocomplete: 'off', 'aria-required': 'true' });
  const wrong = complaint(id);
  input.addEventListener('input', wrong.clear);
  return {
    node: h('div', { class: 'field' }, h('label', { for: id, say: label }), input, wrong.node),
    read: () => input.value.trim(),
    check: () => {
      if (input.value.trim() !== '') return true;
      wrong.show(['此项必填', 'This is required']);
      input.focus();
      return false;
    },
  };
};

/** @typedef {ReturnType<typeof editor>} Editor */
/** @typedef {{ readonly said: HTMLElement, readonly writing: Editor, readonly sources: Sources }} Parts */

/** @param {HTMLElement} said @param {string} zh @param {string} en */
const tell = (said, zh, en) => said.replaceChildren(h('p', { class: 'notice refused', role: 'alert', say: [zh, en] }));
/** Whether there is something to try or keep; says what is missing. @param {Parts} parts */
const isWritten = ({ said, writing, sources }) => {
  said.replaceChildren();
  const used = sources.read();
  if (used.length === 0) return (tell(said, '请先选用至少一个数据集。', 'Choose at least one dataset first.'), false);
  if (used.length > mostSources) return (tell(said, '至多选用四个数据集，请取消其余。', 'Four datasets at most; leave some out.'), false);
  if (!sources.check()) return false;
  if (new Set(used.map(({ name }) => name)).size < used.length)
    return (tell(said, '短名不能重复，请改名。', 'Two sources have one name; change it.'), false);
  if (!writing.isEmpty()) return true;
  writing.complain(['请填写 SQL，或点“填入示例”。', 'Write the SQL, or take the example.']);
  return false;
};
/** @param {Parts} parts */
const takeExample = ({ said, writing, sources }) => {
  const example = exampleOf(sources.read());
  if (example === '') tell(said, '请先选用至少一个数据集。', 'Choose at least one dataset first.');
  else if (writing.isEmpty()) writing.insert(example);
  else writing.complain(['编辑框中已有内容；清空后可填入示例。', 'There is a text already; clear it to take the example.']);
};
/** @param {Parts} parts @param {ReturnType<typeof layoutChoice>} layout */
const tryOut = async ({ said, writing, sources }, layout) => {
  said.replaceChildren(h('p', { role: 'status', say: ['正在核对并以虚构数据试算……', 'Checking it and trying it over invented rows…'] }));
  const sql = writing.read();
  /** @type {Trial} */
  const trial = await post('/v1/derivations/preview', { body: { datasets: sources.read(), sql, layout: [] } });
  if (trial.accepted)
    layout.offer(
      trial.columns.map(({ name }) => name),
      trial.entity,
    );
  const at = trial.accepted ? null : trial.at;
  const leads =
    at === null
      ? undefined
      : h(
          'p',
          {},
          h('button', {
            type: 'button',
            class: 'small',
            say: ['在编辑框中定位', 'Show it in the editor'],
            onclick: () => writing.select(sql, at),
          }),
        );
  said.replaceChildren(tried(trial, sql, leads));
  said.scrollIntoView({ block: 'nearest' });
};
const controls = () => ({
  example: h('button', { type: 'button', say: ['填入示例', 'Take the example'] }),
  try: h('button', { type: 'button', say: ['试运行', 'Try it'] }),
  save: h('button', { type: 'submit', class: 'primary', say: ['保存草稿', 'Save the draft'] }),
  submit: h('button', { type: 'button', class: 'primary', say: ['保存并提交', 'Save and submit'] }),
});
/** Does work with all buttons at rest, and says what went wrong with it. @param {ReturnType<typeof controls>} buttons @param {HTMLElement} said @param {() => Promise<void>} work */
const busily = async (buttons, said, work) => {
  for (const button of Object.values(buttons)) button.disabled = true;
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error);
    said.replaceChildren(notice(problem, problem.issues ?? []));
    said.firstElementChild?.scrollIntoView({ block: 'nearest' });
  } finally {
    for (const button of Object.values(buttons)) button.disabled = false;
  }
};
/** @param {Pair} title @param {...(Node | false)} children */
const step = (title, ...children) => h('section', { class: 'panel' }, h('h2', { say: title }), ...children);

/**
 * The desk itself. `save` keeps what is written and answers the record.
 * @param {{ readonly first: Kept | undefined, readonly sources: (desk: { readonly insert: (text: string) => void, readonly changed: () => void }) => Sources, readonly save: (text: object, sources: readonly Source[]) => Promise<View> }} bench
 */
const desk = ({ first, sources: open, save }) => {
  const said = h('div', { class: 'result', 'aria-live': 'polite' });
  const stale = () => said.firstElementChild?.classList.add('stale');
  const writing = editor(first?.sql ?? '', stale, () => void attempt());
  const parts = { said, writing, sources: open({ insert: writing.insert, changed: stale }) };
  const layout = layoutChoice(first?.layout ?? []);
  const zh = line('title-zh', ['名称（中文）', 'Title in Chinese'], first?.title.zh ?? '');
  const en = line('title-en', ['名称（英文）', 'Title in English'], first?.title.en ?? '');
  const buttons = controls();
  const keyOf = submission();
  const attempt = async () => {
    if (isWritten(parts)) await busily(buttons, said, async () => tryOut(parts, layout));
  };
  /** @param {boolean} submits */
  const keep = async (submits) => {
    if (![zh, en].every((one) => one.check()) || !isWritten(parts)) return;
    await busily(buttons, said, async () => {
      const text = { title: { zh: zh.read(), en: en.read() }, sql: writing.read(), layout: layout.read() };
      const kept = await save(text, parts.sources.read());
      if (submits) await post(`/v1/derivations/${kept.id}/submit`, { body: {}, key: keyOf(kept.version), ifMatch: kept.version });
      await go(`/derivations/${kept.id}`);
    });
  };
  buttons.example.addEventListener('click', () => takeExample(parts));
  buttons.try.addEventListener('click', () => void attempt());
  buttons.submit.addEventListener('click', () => void keep(true));
  return h(
    'form',
    { class: 'form bench', novalidate: true, onsubmit: (event) => (event.preventDefault(), void keep(false)) },
    step(['一、名称', '1. Title'], h('div', { class: 'fields' }, zh.node, en.node)),
    step(['二、数据集', '2. Datasets'], parts.sources.node),
    step(['三、加工语句', '3. The text'], writing.node, h('div', { class: 'buttons' }, buttons.try, buttons.example)),
    rules(),
    said,
    step(['四、保存', '4. Keep it'], layout.node, h('div', { class: 'buttons' }, buttons.save, buttons.submit)),
  );
};

/** @param {Pair} says @param {string} href @param {Pair} link */
const lead = (says, href, link) =>
  h('div', { class: 'lead' }, empty(says), h('div', { class: 'buttons' }, h('a', { class: 'button primary', href }, spoken(link))));

/** The scenario is chosen first; what can be used follows from it. @param {readonly View[]} scenarios @param {readonly Table[]} tables @param {URLSearchParams} query @param {Kept | undefined} model */
const beginning = (scenarios, tables, query, model) => {
  const room = h('div');
  const keyOf = submission();
  const select = h('select', { id: 'scenario' }, ...scenarios.map((one) => h('option', { value: one.id, say: titleOf(one) })));
  const asked = query.getAll('datasets');
  const wanted = model?.scenario ?? query.get('scenario') ?? tables.find(({ id }) => id === asked[0])?.scenario ?? scenarios[0]?.id ?? '';
  select.value = scenarios.some(({ id }) => id === wanted) ? wanted : (scenarios[0]?.id ?? '');
  const turn = () => {
    const mine = tables.filter(({ scenario }) => scenario === select.value);
    if (mine.length === 0)
      return room.replaceChildren(
        lead(
          [
            '该场景尚无已装载的数据集。请先申请数据集，由来源单位交存，经检查、核验、批准并装载后即可在此使用。',
            'No dataset of this scenario is loaded yet. Ask for one; its source deposits it, and once it is inspected, approved and loaded it can be used here.',
          ],
          `/datasets/new?${new URLSearchParams({ scenario: select.value }).toString()}`,
          ['申请数据集', 'Ask for a dataset'],
        ),
      );
    const begun = asked.flatMap((id) => {
      const n = mine.findIndex((table) => table.id === id);
      const personal = mine[n]?.columns.find((column) => column.personal !== null);
      return n === -1 ? [] : [{ name: `t${n + 1}`, dataset: id, entity: personal?.name ?? null }];
    });
    return room.replaceChildren(
      desk({
        first: model,
        sources: (around) => choosing(mine, model?.datasets ?? begun, around),
        save: async (text, datasets) => {
          const body = { ...text, scenario: select.value, datasets };
          return post('/v1/derivations', { body, key: keyOf(body) });
        },
      }),
    );
  };
  select.addEventListener('change', turn);
  turn();
  return [
    h(
      'section',
      { class: 'panel slim' },
      h('div', { class: 'field narrow' }, h('label', { for: 'scenario', say: ['应用场景', 'Application scenario'] }), select),
    ),
    room,
  ];
};

const intro = () =>
  h('p', {
    class: 'quiet intro',
    say: [
      '在沙箱内用 SQL 由已授权的数据集加工成表。原始数据和成表的行都不出沙箱，对本单位也不显示；试运行只用虚构数据。',
      'A table is made inside the sandbox, by SQL, from granted datasets. Rows stay inside, for you as well; trials use invented rows only.',
    ],
  });

/** Where an operator begins a derivation. @param {Address} address @returns {Promise<Screen>} */
export const newDerivation = async ({ query }) => {
  await whoAmI();
  /** @type {Pair} */
  const title = ['新建数据加工', 'New derivation'];
  const crumbs = h('p', { class: 'crumbs' }, h('a', { href: '/derivations' }, say('数据加工', 'Derivations')));
  if (!holds(['operator.agent']))
    return {
      title,
      body: [crumbs, heading(title), empty(['仅运营机构经办人可以新建数据加工。', 'Agents of an operator make derivations.'])],
    };
  const from = query.get('from');
  const [scenarios, datasets, model] = await Promise.all([
    ours('scenarios', 'approved'),
    ours('datasets', 'loaded'),
    from === null ? undefined : readRecord('derivations', from),
  ]);
  const body =
    scenarios.length === 0
      ? [
          lead(
            [
              '本单位尚无获批的应用场景。请先申报场景，经评估批准后再来。',
              'You have no approved scenario yet. File one; once it is assessed and approved, come back.',
            ],
            '/scenarios/new',
            ['申报场景', 'File a scenario'],
          ),
        ]
      : beginning(scenarios, datasets.map(tableOf), query, /** @type {Kept | undefined} */ (/** @type {unknown} */ (model?.data)));
  return { title, body: [crumbs, heading(title), intro(), ...body] };
};

/** Where a draft is written on. @param {string} id @returns {() => Promise<Screen>} */
export const editDerivation = (id) => async () => {
  await whoAmI();
  const view = await readRecord('derivations', id);
  const kept = /** @type {Kept} */ (/** @type {unknown} */ (view.data));
  const title = titleOf(view);
  const crumbs = h('p', { class: 'crumbs' }, h('a', { href: `/derivations/${id}` }, spoken(title)));
  if (!view.offered.includes('edit'))
    return {
      title,
      body: [
        crumbs,
        heading(title),
        empty(['只有草稿可以修改，且须由本单位经办人办理。', 'Only a draft can be edited, by an agent of its operator.']),
      ],
    };
  const tables = await Promise.all(kept.datasets.map(async ({ dataset }) => tableOf(await readRecord('datasets', dataset))));
  const keyOf = submission();
  return {
    title,
    body: [
      crumbs,
      heading(title),
      intro(),
      fault(kept),
      desk({
        first: kept,
        sources: ({ insert }) => ({
          node: h(
            'div',
            {},
            h('div', { class: 'sources' }, ...sourcesTold(kept.datasets, tables, insert)),
            h(
              'p',
              { class: 'quiet' },
              say('数据集在新建后不能更换；如需更换，请', 'The datasets stay; to use others, '),
              h('a', { href: `/derivations/new?from=${id}` }, say('以此另建', 'begin another from this one')),
              say('。', '.'),
            ),
          ),
          read: () => kept.datasets,
          check: () => true,
        }),
        save: async (text) => post(`/v1/derivations/${id}/edit`, { body: text, key: keyOf(text), ifMatch: view.version }),
      }),
    ],
  };
};
