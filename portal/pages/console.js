// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { View } from '../shapes.ts' */
/** @import { Argument, Place, Question, Template, Told } from '../asking/shapes.ts' */
import { post, readRecord, submission, whoAmI } from '../api.js';
import { answered, outcome } from '../asking/answer.js';
import { openBalance } from '../asking/balance.js';
import { openHistory } from '../asking/history.js';
import { asking } from '../asking/question.js';
import { ruleTold } from '../asking/rule.js';
import { settled } from '../asking/running.js';
import { templatesOf, toldOf } from '../asking/told.js';
import { h, say, spoken } from '../element.js';
import { badge, heading } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference, titleOf } from '../reference.js';
import { kindOf } from '../registry.js';

/** The question that a query asked; of a template that is no more, its text. @param {View} query @param {readonly Template[]} templates @returns {Question} */
const questionOf = ({ data }, templates) => {
  const { sql = '', template } = /** @type {{ sql?: string, template?: string }} */ (data);
  return template === undefined || !templates.some(({ id }) => id === template)
    ? { sql }
    : { template, arguments: /** @type {readonly Argument[]} */ (data['arguments'] ?? []) };
};

/** Waits for a query and shows what it has come to. @param {View} query @param {HTMLElement} room @param {(at: Place) => Node | undefined} place */
const show = async (query, room, place) => {
  const over = await settled(query, room);
  if (!over) return;
  const at = over.data['at'];
  room.replaceChildren(answered(over, await outcome(over, typeof at === 'number' ? place({ offset: at }) : undefined)));
};
/** The query that an address names, if it is one of this contract. @param {URLSearchParams} address @param {string} entitlement */
const opened = async (address, entitlement) => {
  const id = address.get('query');
  if (id === null) return undefined;
  const query = await readRecord('queries', id).catch(() => undefined);
  return query?.data['entitlement'] === entitlement ? query : undefined;
};

/** @param {View} entitlement @param {View | undefined} past @param {{ readonly told: Told | undefined, readonly templates: readonly Template[] }} product */
const desk = async ({ id }, past, { told, templates }) => {
  const [balance, history] = await Promise.all([openBalance(id), openHistory(id, templates)]);
  const keyOf = submission();
  let turn = '';
  const question = asking({
    rule: told?.rule,
    templates,
    first: past && questionOf(past, templates),
    balance: balance.left,
    tries: (asked) => post(`/v1/entitlements/${id}/preview`, { body: asked }),
    runs: async (asked, room, place) => {
      const body = { entitlement: id, ...asked };
      /** @type {View} */
      const made = await post('/v1/queries', { body, key: keyOf({ ...body, turn }) });
      turn = made.id; // the same question asked anew is another query
      void history.refresh();
      await show(made, room, place);
      await Promise.all([balance.refresh(), history.refresh()]);
    },
  });
  // It waits only while its page is shown, which it is not before this page has been put together.
  if (past)
    setTimeout(
      () => void show(past, question.said, () => undefined).catch((error) => question.said.replaceChildren(notice(problemOf(error)))),
    );
  return { balance, history, question };
};

/** Where a list is made that questions may be joined with. @param {string} entitlement @param {Told | undefined} told */
const listing = (entitlement, told) =>
  (told?.rule.joinable ?? []).length > 0 &&
  h(
    'p',
    {},
    h(
      'a',
      { href: `/${kindOf('joinList')?.plural ?? ''}/new?${new URLSearchParams({ entitlement }).toString()}` },
      say('登记一份可供连接的名单', 'Make a list to join with'),
    ),
  );
/** Where a buyer asks questions under an entitlement. @param {string} id @returns {(address: Address) => Promise<Screen>} */
export const queryConsole =
  (id) =>
  async ({ query }) => {
    await whoAmI();
    const entitlement = await readRecord('entitlements', id);
    const product = String(entitlement.data['product']);
    const [told, templates, past] = await Promise.all([toldOf(product), templatesOf(product), opened(query, id)]);
    const { balance, history, question } = await desk(entitlement, past, { told, templates });
    return {
      title: ['查询台', 'Query console'],
      body: [
        h('p', { class: 'crumbs' }, h('a', { href: `/entitlements/${id}` }, spoken(titleOf(entitlement)))),
        heading(['查询台', 'Query console'], badge(entitlement.status, entitlement.isLive), reference('product', product)),
        ...(entitlement.isLive
          ? []
          : [
              h('p', {
                class: 'notice',
                say: [
                  '使用权未生效或已终止，不能提问；以往的查询仍列于下方。',
                  'This right of use is not in force, so nothing can be asked; what was asked is below.',
                ],
              }),
            ]),
        balance.node,
        h(
          'div',
          { class: 'columns asking' },
          h('div', {}, question.node, question.said),
          h(
            'aside',
            {},
            told
              ? ruleTold(told, question.editor)
              : h('p', { class: 'quiet', say: ['该产品的分析规则见合同。', 'The analysis rule stands in the contract.'] }),
            listing(id, told),
          ),
        ),
        history.node,
      ],
    };
  };
