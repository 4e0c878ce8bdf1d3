// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Pair, Schema, Shape, View } from '../shapes.ts' */
/** @import { Column } from '../deriving/shapes.ts' */
import { post, whoAmI } from '../api.js';
import { columnTable } from '../deriving/columns.js';
import { ours } from '../deriving/tables.js';
import { h, inWords, say, spoken } from '../element.js';
import { form } from '../forms/form.js';
import { empty, heading } from '../parts.js';
import { titleOf } from '../reference.js';
import { kindOf } from '../registry.js';
import { go } from '../router.js';
import { holds } from '../session.js';

/** A product over a derivation answers with noise; these are where one begins. */
const privacy = { epsilonMicro: 100_000, cellsPerEntity: 4, rowsPerCell: 10, datasetBudgetMicro: 10_000_000, buyerBudgetMicro: 2_000_000 };

/** What a product over this table rests on, and what its form is begun with. @param {View} base @returns {{ readonly rests: Shape, readonly first: Shape }} */
const begun = (base) => {
  const scenario = String(base.links['scenario']);
  if (base.kind === 'dataset') return { rests: { scenario, dataset: base.id }, first: {} };
  const [dataset] = /** @type {readonly { readonly dataset: string }[]} */ (base.data['datasets']);
  return {
    rests: { scenario, dataset: dataset?.dataset, derivation: base.id },
    first: { rule: { dimensions: [], measures: [], entity: base.data['entity'] ?? null, privacy } },
  };
};
/** @param {View} base */
const told = (base) => {
  const columns = /** @type {readonly Column[]} */ (base.data['columns'] ?? []);
  const isDerived = base.kind === 'derivation';
  return h(
    'div',
    {},
    isDerived &&
      h('p', {
        class: 'notice',
        say: [
          '以数据加工为基础的产品须加噪声作答：差分隐私必填，每个维度给出公开值域，每个指标给出上下限，主体列与加工相同。下方已预填。',
          'A product over a derivation answers with noise: differential privacy, a public domain for each dimension, bounds for each measure, and the entity of the derivation. Begun below.',
        ],
      }),
    h(
      'details',
      { open: true },
      h('summary', { say: ['可用的列', 'Its columns'] }),
      columnTable(columns, { entity: isDerived ? /** @type {string | null} */ (base.data['entity'] ?? null) : null }),
      h('p', { class: 'quiet', say: ['标明个人信息的列不能作维度或指标。', 'What is marked personal is no dimension and no measure.'] }),
    ),
  );
};
/** The form without what is chosen above it. @returns {Schema} */
const remaining = () => {
  const { properties = {}, required = [], ...schema } = kindOf('product')?.create?.schema ?? {};
  const isChosen = (/** @type {string} */ name) => ['scenario', 'dataset', 'derivation'].includes(name);
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !isChosen(name))),
    required: required.filter((name) => !isChosen(name)),
  };
};
/** @param {readonly View[]} bases @param {URLSearchParams} query */
const choosing = (bases, query) => {
  const wanted = query.get('derivation') ?? query.get('dataset');
  const groups = /** @type {readonly (readonly [string, Pair])[]} */ ([
    ['derivation', ['数据加工', 'Derivations']],
    ['dataset', ['数据集', 'Datasets']],
  ]);
  const select = h(
    'select',
    { id: 'foundation' },
    h('option', { value: '', say: ['请选择', 'Choose'] }),
    ...groups.flatMap(([kind, says]) => {
      const mine = bases.filter((base) => base.kind === kind);
      return mine.length === 0
        ? []
        : [
            h(
              'optgroup',
              { label: inWords(says) },
              ...mine.map((base) => h('option', { value: base.id, selected: base.id === wanted, say: titleOf(base) })),
            ),
          ];
    }),
  );
  const room = h('div');
  const turn = () => {
    const base = bases.find(({ id }) => id === select.value);
    if (!base) return room.replaceChildren(empty(['先选择产品的基础。', 'Choose what the product is made of first.']));
    const { rests, first } = begun(base);
    return room.replaceChildren(
      h('section', { class: 'panel' }, told(base)),
      h(
        'section',
        { class: 'panel' },
        form(remaining(), {
          value: first,
          submit: ['保存', 'Save'],
          cancel: () => history.back(),
          send: async (body, key) => {
            /** @type {View} */
            const made = await post('/v1/products', { body: { ...body, ...rests }, key });
            await go(`/products/${made.id}`, true);
          },
        }),
      ),
    );
  };
  select.addEventListener('change', turn);
  turn();
  return [
    h(
      'section',
      { class: 'panel slim' },
      h(
        'div',
        { class: 'field narrow' },
        h('label', { for: 'foundation', say: ['产品的基础：数据加工或数据集', 'What it is made of: a derivation or a dataset'] }),
        select,
      ),
    ),
    room,
  ];
};

/** Where an operator begins a product: what it is made of first. @param {Address} address @returns {Promise<Screen>} */
export const newProduct = async ({ query }) => {
  await whoAmI();
  const [zh, en] = kindOf('product')?.title ?? ['', ''];
  /** @type {Pair} */
  const title = [`新建${zh}`, `New: ${en}`];
  const top = [h('p', { class: 'crumbs' }, h('a', { href: '/products' }, say(zh, en))), heading(title)];
  if (!holds(['operator.agent']))
    return { title, body: [...top, empty(['仅运营机构经办人可以新建产品。', 'Agents of an operator make products.'])] };
  const bases = (await Promise.all([ours('derivations', 'ready'), ours('datasets', 'loaded')])).flat();
  if (bases.length === 0)
    return {
      title,
      body: [
        ...top,
        empty([
          '尚无可用的数据加工或已装载的数据集。请先申请数据集。',
          'There is no ready derivation and no loaded dataset yet. Ask for a dataset first.',
        ]),
        h(
          'div',
          { class: 'buttons' },
          h('a', { class: 'button primary', href: '/datasets/new' }, spoken(['申请数据集', 'Ask for a dataset'])),
        ),
      ],
    };
  return { title, body: [...top, ...choosing(bases, query)] };
};
