// @ts-check
/** @import { Pair } from '../shapes.ts' */
/** @import { Source, Table } from './shapes.ts' */
import { h, say, spoken } from '../element.js';
import { complaint, freshId } from '../forms/field.js';
import { choiceWord } from '../registry.js';
import { columnTable } from './columns.js';

/** @typedef {{ readonly insert: (text: string) => void, readonly changed: () => void }} Desk */
/** @typedef {{ readonly node: HTMLElement, readonly read: () => Source | undefined, readonly check: () => boolean }} Choice */

const namePattern = /^[a-z][a-z0-9_]{0,39}$/;
/** How a column stands in a text. @param {string} name */
export const written = (name) => (/^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** @param {Table['columns'][number]} column @returns {Pair} */
const offered = ({ name, type, personal }) => {
  const [zh, en] = personal === null ? ['', ''] : choiceWord('personal', personal);
  return [`${name} · ${type}${zh && ` · 个人信息：${zh}`}`, `${name} · ${type}${en && ` · personal: ${en}`}`];
};
/** By what one says of whom a row is. @param {Table} table @param {string | null | undefined} first */
const entityChoice = ({ columns }, first) => {
  const personal = columns.filter((column) => column.personal !== null);
  const may = personal.length > 0 ? personal : columns;
  const select = h(
    'select',
    { id: freshId() },
    personal.length === 0 &&
      h('option', { value: '', say: ['无：每行自成一体（不能连接或聚合）', 'None: each row is its own (no join, no aggregate)'] }),
    ...may.map((column) => h('option', { value: column.name, say: offered(column) })),
  );
  const usual = first === undefined ? (personal[0]?.name ?? '') : (first ?? '');
  select.value = may.some(({ name }) => name === usual) ? usual : may.length > 0 && personal.length > 0 ? (may[0]?.name ?? '') : '';
  /** @type {Pair} */
  const hint =
    personal.length > 0
      ? ['含个人信息的数据集，主体须是标明个人信息的列。', 'With personal information, the entity is one of the columns marked so.']
      : ['每行说的是谁：车辆、企业、户……', 'Whom each row is about: a vehicle, an enterprise, a household…'];
  return { select, hint };
};

/** One dataset that may be used: whether, under which short name, and by which column its rows are told apart. @param {Table} table @param {string} usual @param {Source | undefined} first @param {Desk} desk @returns {Choice} */
export const sourceChoice = (table, usual, first, { insert, changed }) => {
  const box = h('input', { type: 'checkbox', id: freshId(), checked: first !== undefined });
  const name = h('input', {
    id: freshId(),
    value: first?.name ?? usual,
    autocomplete: 'off',
    spellcheck: 'false',
    class: 'short code',
    maxlength: '40',
  });
  const wrong = complaint(name.id);
  name.setAttribute('aria-describedby', wrong.node.id);
  const { select, hint } = entityChoice(table, first?.entity);
  const room = h(
    'div',
    { class: 'fields' },
    h('div', { class: 'field' }, h('label', { for: name.id, say: ['在 SQL 中的短名', 'Short name in SQL'] }), name, wrong.node),
    h(
      'div',
      { class: 'field' },
      h('label', { for: select.id, say: ['主体列', 'Entity column'] }),
      select,
      h('span', { class: 'hint', say: hint }),
    ),
    h(
      'details',
      {},
      h('summary', {}, say(`${table.columns.length} 列`, `${table.columns.length} columns`)),
      columnTable(table.columns, {
        nameOf: (column) =>
          h(
            'button',
            {
              type: 'button',
              class: 'link',
              name: [`插入 ${column.name}`, `Insert ${column.name}`],
              onclick: () => insert(`${name.value}.${written(column.name)}`),
            },
            h('code', {}, column.name),
          ),
      }),
      h('p', { class: 'quiet', say: ['点列名即插入编辑框。', 'Press a name to put it into the text.'] }),
    ),
  );
  const show = () => {
    room.hidden = !box.checked;
  };
  box.addEventListener('change', () => (show(), changed()));
  name.addEventListener('input', () => (wrong.clear(), changed()));
  select.addEventListener('change', changed);
  show();
  return {
    node: h('div', { class: 'card source' }, h('label', { class: 'box' }, box, h('strong', {}, table.title)), room),
    read: () =>
      box.checked ? { name: name.value.trim(), dataset: table.id, entity: select.value === '' ? null : select.value } : undefined,
    check: () => {
      if (!box.checked || namePattern.test(name.value.trim())) return true;
      wrong.show(['以小写字母开头，仅含小写字母、数字和下划线', 'Lower-case letters, digits and underscores, beginning with a letter']);
      name.focus();
      return false;
    },
  };
};

/** Sources that are fixed: a derivation keeps the datasets that it was begun with. @param {readonly Source[]} sources @param {readonly Table[]} tables @param {(text: string) => void} [insert] */
export const sourcesTold = (sources, tables, insert) =>
  sources.map(({ name, dataset, entity }) => {
    const table = tables.find(({ id }) => id === dataset);
    return h(
      'div',
      { class: 'card source' },
      h('p', {}, h('code', {}, name), ' ← ', h('a', { href: `/datasets/${dataset}` }, table?.title ?? dataset)),
      h(
        'p',
        { class: 'quiet' },
        spoken(['主体列：', 'Entity: ']),
        entity === null ? say('每行自成一体', 'each row is its own') : h('code', {}, entity),
      ),
      table &&
        h(
          'details',
          {},
          h('summary', {}, say(`${table.columns.length} 列`, `${table.columns.length} columns`)),
          columnTable(table.columns, {
            entity,
            ...(insert
              ? {
                  nameOf: (column) =>
                    h(
                      'button',
                      {
                        type: 'button',
                        class: 'link',
                        name: [`插入 ${column.name}`, `Insert ${column.name}`],
                        onclick: () => insert(`${name}.${written(column.name)}`),
                      },
                      h('code', {}, column.name),
                    ),
                }
              : {}),
          }),
        ),
    );
  });
