// @ts-check
/** @import { Pair, View } from '../shapes.ts' */
import { get } from '../api.js';
import { table } from '../data.js';
import { h, say, speak, spoken } from '../element.js';
import { badge } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { nameOf, partyReference } from '../reference.js';
import { addressOf, kindOf } from '../registry.js';
import { accessToken } from '../session.js';

/** @typedef {{ readonly kind: string, readonly id: string }} Ref */
/** @typedef {Ref & { readonly title: string, readonly status: string, readonly owner: string }} Stop */
/** @typedef {{ readonly dataset: string, readonly resource: string, readonly column: string }} From */
/** @typedef {{ readonly nodes: readonly Stop[], readonly edges: readonly { readonly from: Ref, readonly to: Ref }[], readonly hidden: number, readonly columns: readonly { readonly name: string, readonly madeOf: readonly From[] }[] }} Lineage */

const levels = ['resource', 'dataset', 'derivation', 'product', 'listing'];
const shown = new Set(levels);

/** A text that is the title of a record in the language of the page, as soon as that is known. @template {HTMLElement} T @param {T} node @param {Stop} stop @returns {T} */
const called = (node, { kind, id, title }) => {
  node.textContent = title;
  void nameOf(kind, id).then((name) => name && speak(node, name));
  return node;
};
/** @param {Stop} stop @param {View} view @param {Lineage} lineage */
const card = (stop, view, { nodes, edges }) => {
  const isThis = stop.kind === view.kind && stop.id === view.id;
  const from = edges
    .filter(({ to }) => to.kind === stop.kind && to.id === stop.id)
    .flatMap((edge) => nodes.filter(({ kind, id }) => kind === edge.from.kind && id === edge.from.id));
  return h(
    'li',
    { class: isThis ? 'stop here' : 'stop', 'aria-current': isThis ? 'true' : undefined },
    called(h('a', { href: addressOf(stop.kind, stop.id) }), stop),
    h(
      'div',
      { class: 'foot' },
      badge(stop.status, kindOf(stop.kind)?.live.includes(stop.status)),
      isThis && h('span', { class: 'quiet', say: ['本记录', 'This record'] }),
    ),
    h('div', { class: 'quiet' }, partyReference(stop.owner)),
    from.length > 0 &&
      h('div', { class: 'quiet' }, say('来自：', 'From: '), ...from.flatMap((one, n) => [n > 0 ? '、' : '', called(h('span'), one)])),
  );
};
/** @param {View} view @param {Lineage} lineage */
const chart = (view, lineage) =>
  h(
    'ol',
    { class: 'lineage' },
    ...levels.map((kind) => {
      const stops = lineage.nodes.filter((one) => one.kind === kind);
      return h(
        'li',
        { class: stops.length === 0 ? 'level none' : 'level' },
        h('h3', {}, spoken(kindOf(kind)?.title ?? [kind, kind])),
        stops.length === 0
          ? h('p', { class: 'quiet', say: lineage.hidden > 0 ? ['无您可查看的', 'None that you may see'] : ['无', 'None'] })
          : h('ul', { class: 'stops' }, ...stops.map((stop) => card(stop, view, lineage))),
      );
    }),
  );
/** @param {Lineage} lineage */
const columns = ({ columns: made, nodes }) => {
  if (made.length === 0) return [];
  /** @param {string} wanted @param {string} id */
  const find = (wanted, id) => nodes.find((one) => one.kind === wanted && one.id === id);
  return [
    h('h3', { say: ['各列由何而来', 'What its columns are made of'] }),
    table(
      /** @type {readonly Pair[]} */ ([
        ['列', 'Column'],
        ['数据资源的列', 'Columns of data resources'],
      ]),
      made.map(({ name, madeOf }) => [
        h('code', {}, name),
        madeOf.length === 0
          ? h('span', { class: 'quiet', say: ['不取自任何列', 'No column'] })
          : h(
              'ul',
              { class: 'values' },
              ...madeOf.map(({ dataset, resource, column }) => {
                const of = find('resource', resource) ?? find('dataset', dataset);
                return h('li', {}, h('code', {}, column), ' ', of && called(h('span', { class: 'quiet' }), of));
              }),
            ),
      ]),
    ),
  ];
};

/** From data resource to listing: what a record is made of and what is made of it, as far as one may see. @param {View} view @returns {Node | undefined} */
export const lineage = (view) => {
  if (!shown.has(view.kind) || accessToken() === undefined) return undefined;
  const room = h('div', { 'aria-live': 'polite' }, h('p', { class: 'quiet', say: ['正在读取……', 'Reading…'] }));
  const read = async () => {
    /** @type {Lineage} */
    const found = await get(`/v1/lineage/${view.kind}/${encodeURIComponent(view.id)}`);
    room.replaceChildren(
      chart(view, found),
      ...(found.hidden > 0
        ? [
            h('p', {
              class: 'notice',
              say: [`另有 ${found.hidden} 项您无权查看。`, `${found.hidden} more that you may not see.`],
            }),
          ]
        : []),
      ...columns(found),
    );
  };
  void read().catch((error) => room.replaceChildren(notice(problemOf(error))));
  return h('section', { class: 'panel', id: 'lineage' }, h('h2', { say: ['数据血缘', 'Lineage'] }), room);
};
