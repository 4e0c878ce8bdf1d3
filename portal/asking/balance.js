// @ts-check
/** @import { Balance } from './shapes.ts' */
import { get } from '../api.js';
import { h, say } from '../element.js';
import { epsilon } from './rule.js';

/** @param {Balance} left */
const drawn = ({ queries, budget }) => [
  h(
    'div',
    {},
    h('dt', { say: ['剩余查询次数', 'Queries left'] }),
    h('dd', {}, `${queries.left} / ${queries.of}`),
    h('progress', { value: String(queries.left), max: String(queries.of), name: ['剩余查询次数', 'Queries left'] }),
  ),
  budget &&
    h(
      'div',
      {},
      h('dt', { say: ['本合同剩余隐私预算', 'Privacy budget left to this contract'] }),
      h('dd', {}, `${epsilon(budget.leftMicro)} / ${String(budget.ofMicro / 1_000_000)}`),
      h('progress', { value: String(budget.leftMicro), max: String(budget.ofMicro), name: ['剩余隐私预算', 'Privacy budget left'] }),
    ),
];
/** What is left of a contract, shown and kept. @param {string} entitlement */
export const openBalance = async (entitlement) => {
  const node = h('dl', { class: 'facts balance' });
  const more = h('div');
  /** @type {Balance | undefined} */
  let left;
  const refresh = async () => {
    /** @type {Balance} */
    const found = await get(`/v1/entitlements/${entitlement}/allowance`);
    left = found;
    node.replaceChildren(...drawn(found).filter((part) => part !== undefined));
    more.replaceChildren(
      ...(found.queries.left > 0
        ? []
        : [
            h(
              'p',
              { class: 'notice' },
              say('查询次数已用完，以往结果仍可查阅。', 'The queries of this contract are used up; earlier answers remain.'),
              ' ',
              h('a', { href: '/market' }, say('到数据市场另行订购', 'Order anew on the market')),
            ),
          ]),
    );
  };
  await refresh();
  return { node: h('section', { class: 'panel slim' }, node, more), refresh, left: () => left };
};
