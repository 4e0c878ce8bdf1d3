// @ts-check
/** @import { Screen } from '../drawing.ts' */
/** @import { Pair, View } from '../shapes.ts' */
import { download, get, post, readRecord, submission, whoAmI } from '../api.js';
import { saveFile } from '../csv.js';
import { table } from '../data.js';
import { ask } from '../dialog.js';
import { h, say, spoken } from '../element.js';
import { size, yuan } from '../format.js';
import { form } from '../forms/form.js';
import { badge, heading } from '../parts.js';
import { notice, problemOf } from '../problem.js';
import { reference, titleOf } from '../reference.js';
import { kindOf } from '../registry.js';
import { draw, go } from '../router.js';
import { acting, holds } from '../session.js';

/** @typedef {{ readonly calls: number, readonly released: number, readonly refused: number, readonly withheld: number, readonly cancelled: number, readonly rows: number, readonly bytes: number }} Usage */
/** @typedef {{ readonly month: string, readonly accessKey: string, readonly usage: Usage }} Rolled */
/** @typedef {{ readonly id: string, readonly status: string, readonly title: string, readonly template: string, readonly perMinute: number, readonly isDrawn: boolean }} Key */
/** @typedef {{ readonly id: string, readonly month: string, readonly status: string, readonly amountFen?: number }} Bill */
/** @typedef {{ readonly entitlement: string, readonly product: string, readonly callPriceFen: number, readonly keys: readonly Key[], readonly items: readonly Rolled[], readonly bills: readonly Bill[] }} Statement */
/** @typedef {{ readonly id: string, readonly title: { readonly zh: string, readonly en: string }, readonly parameters: readonly { readonly name: string, readonly values?: readonly string[], readonly min?: string, readonly default?: string }[] }} Template */

/** @param {Pair} title @param {...(Node | string | false | undefined)} children */
const panel = (title, ...children) => h('section', { class: 'panel' }, h('h2', { say: title }), ...children);

/** A button whose failure is told under it. @param {Pair} says @param {string} look @param {() => Promise<void>} work */
const button = (says, look, work) => {
  const said = h('div', { 'aria-live': 'polite' });
  const press = h('button', { type: 'button', class: look, say: says });
  press.addEventListener('click', () => {
    press.disabled = true;
    said.replaceChildren();
    void work()
      .catch((error) => said.replaceChildren(notice(problemOf(error))))
      .finally(() => {
        press.disabled = false;
      });
  });
  return h('span', {}, press, said);
};
/** Puts a text where it can be pasted from. @param {() => string} textOf */
const copyButton = (textOf) => {
  const press = h('button', { type: 'button', say: ['复制', 'Copy'] });
  press.addEventListener('click', () => {
    void navigator.clipboard.writeText(textOf()).then(() => press.replaceChildren(say('已复制', 'Copied')));
  });
  return press;
};

/** What a machine sends. @param {string} id @param {string} token @param {readonly { readonly name: string, readonly value: string }[]} given */
const curl = (id, token, given) =>
  [
    `curl -X POST ${location.origin}/v1/services/${id} \\`,
    `  -H 'Authorization: Bearer ${token}' \\`,
    `  -H "Idempotency-Key: $(uuidgen)" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify({ arguments: given }).replaceAll("'", `'\\''`)}'`,
  ].join('\n');
/** @param {string} product @returns {Promise<readonly Template[]>} */
const templatesOf = async (product) => {
  /** @type {{ readonly items: readonly Template[] }} */
  const { items } = await get(`/v1/products/${product}/templates`);
  return items;
};
/** @param {View} key */
const example = async ({ id, data }) => {
  const found = (await templatesOf(String(data['product']))).find((one) => one.id === data['template']);
  const given = (found?.parameters ?? []).map(({ name, values, min, default: usual }) => ({
    name,
    value: usual ?? values?.[0] ?? min ?? '',
  }));
  return (/** @type {string} */ token) => curl(id, token, given);
};

/** The token of a key, shown once, and how a call looks. @param {View} view @returns {Promise<readonly Node[]>} */
export const accessKey = async (view) => {
  const callWith = await example(view);
  const call = h('pre', {}, callWith('<token>'));
  const room = h('div', { 'aria-live': 'polite' });
  const draws = button(['领取密钥', 'Show the token'], 'primary', async () => {
    /** @type {{ readonly token: string }} */
    const { token } = await post(`/v1/access-keys/${view.id}/token`, { body: {} });
    call.textContent = callWith(token);
    room.replaceChildren(
      h('p', {
        class: 'notice good',
        role: 'status',
        say: [
          '密钥仅显示这一次，平台不留存，请立即妥善保存；遗失须撤销后新建。',
          'The token is shown this once and kept nowhere: save it now. If it is lost, revoke the key and make another.',
        ],
      }),
      h('pre', {}, token),
      h(
        'div',
        { class: 'buttons' },
        copyButton(() => token),
      ),
    );
    draws.remove();
  });
  return [
    ...(view.offered.includes('drawToken') && view.data['drawnAt'] === undefined ? [panel(['密钥', 'Token'], draws, room)] : []),
    panel(
      ['调用方式', 'How it is called'],
      call,
      h(
        'div',
        { class: 'buttons' },
        copyButton(() => call.textContent ?? ''),
      ),
      h('p', {
        class: 'quiet',
        say: [
          '同一请求编号（Idempotency-Key，UUID）重发只计一次。20 秒内未得出结果的，返回 202 与查询地址。每次调用均核验授权链条；领取人失去经办角色后密钥即失效。',
          'The same request id (Idempotency-Key, a UUID) sent again is counted once. After 20 seconds without an answer it is 202 with an address to ask again. The whole chain is asked at each call; the token ends with the role of whoever drew it.',
        ],
      }),
      h(
        'p',
        {},
        h('a', { href: `/entitlements/${String(view.data['entitlement'])}/service` }, say('密钥、用量与账单', 'Keys, usage and bills')),
      ),
    ),
  ];
};

/** @param {readonly Rolled[]} items @returns {Usage} */
const total = (items) =>
  items.reduce(
    (sum, { usage }) => ({
      calls: sum.calls + usage.calls,
      released: sum.released + usage.released,
      refused: sum.refused + usage.refused,
      withheld: sum.withheld + usage.withheld,
      cancelled: sum.cancelled + usage.cancelled,
      rows: sum.rows + usage.rows,
      bytes: sum.bytes + usage.bytes,
    }),
    { calls: 0, released: 0, refused: 0, withheld: 0, cancelled: 0, rows: 0, bytes: 0 },
  );
/** @param {Key} key */
const revoke = async ({ id, title }) => {
  const sure = await ask({
    title: ['撤销密钥', 'Revoke the key'],
    says: [`“${title}”撤销后，下一次调用即被拒绝，且不可恢复。`, `The next call of “${title}” will be refused, and this cannot be undone.`],
    yes: ['撤销', 'Revoke'],
    danger: true,
  });
  if (!sure) return;
  await post(`/v1/access-keys/${id}/revoke`, { body: { reason: '需方停用 / Ended by the buyer' }, key: submission()(id) });
  await draw({ keep: true });
};
/** @param {Statement} statement */
const keysPanel = ({ keys, items }) =>
  panel(
    ['密钥', 'Keys'],
    keys.length === 0
      ? h('p', { class: 'empty', say: ['尚无密钥。', 'No key yet.'] })
      : table(
          [
            ['名称', 'Name'],
            ['状态', 'Status'],
            ['模板', 'Template'],
            ['每分钟上限', 'A minute'],
            ['累计调用', 'Calls'],
            ['其中放行', 'Released'],
            ['', ''],
          ],
          keys.map((key) => {
            const usage = total(items.filter((one) => one.accessKey === key.id));
            const mayEnd = key.status === 'active' && holds(['buyer.agent', 'buyer.signatory']);
            return [
              h(
                'span',
                {},
                h('a', { href: `/access-keys/${key.id}` }, key.title),
                !key.isDrawn && key.status === 'active' && say('（密钥未领取）', ' (token not drawn)'),
              ),
              badge(key.status, key.status === 'active'),
              reference('template', key.template),
              String(key.perMinute),
              String(usage.calls),
              String(usage.released),
              mayEnd ? button(['撤销', 'Revoke'], 'danger', () => revoke(key)) : '',
            ];
          }),
        ),
  );
/** @param {Statement} statement @param {boolean} isBuyer */
const monthsPanel = ({ entitlement, items, bills }, isBuyer) => {
  const months = [...new Set(items.map(({ month }) => month))];
  return panel(
    ['用量与账单', 'Usage and bills'],
    months.length === 0
      ? h('p', { class: 'empty', say: ['尚无调用。', 'No call yet.'] })
      : table(
          [
            ['账期', 'Month'],
            ['调用', 'Calls'],
            ['放行', 'Released'],
            ['未通过', 'Refused'],
            ['扣留或取消', 'Withheld or cancelled'],
            ['返回数据量', 'Data'],
            ['账单', 'Bill'],
            ...(isBuyer ? [/** @type {Pair} */ (['明细', 'Calls'])] : []),
          ],
          months.map((month) => {
            const usage = total(items.filter((one) => one.month === month));
            const bill = bills.find((one) => one.month === month);
            return [
              month,
              String(usage.calls),
              String(usage.released),
              String(usage.refused),
              String(usage.withheld + usage.cancelled),
              size(usage.bytes),
              bill
                ? h(
                    'span',
                    {},
                    h('a', { href: `/usage-bills/${bill.id}` }, bill.amountFen === undefined ? say('查看', 'See') : yuan(bill.amountFen)),
                    ' ',
                    badge(bill.status, bill.status !== 'settled'),
                  )
                : '—',
              ...(isBuyer
                ? [
                    button(['导出 CSV', 'Export CSV'], '', async () => {
                      const bytes = await download(`/v1/usage/calls?${new URLSearchParams({ entitlement, month }).toString()}`);
                      saveFile(`calls-${month}.csv`, new Blob([bytes], { type: 'text/csv' }));
                    }),
                  ]
                : []),
            ];
          }),
        ),
  );
};
/** @param {Statement} statement @param {readonly Template[]} templates */
const making = ({ entitlement }, templates) => {
  const schema = kindOf('accessKey')?.create?.schema;
  if (!schema) return '';
  if (templates.length === 0)
    return h('p', {
      class: 'empty',
      say: ['该产品尚无已批准的分析模板，不能开通数据服务。', 'The product has no approved template yet, so there is nothing to call.'],
    });
  const keyOf = submission();
  const choose = h(
    'select',
    { id: 'service-template' },
    ...templates.map(({ id, title }) => h('option', { value: id, say: [title.zh, title.en] })),
  );
  const { title, perMinute } = schema.properties ?? {};
  return h(
    'div',
    { class: 'fields' },
    h('div', { class: 'field' }, h('label', { for: choose.id }, say('分析模板', 'Template')), choose),
    form(
      {
        type: 'object',
        properties: { ...(title ? { title } : {}), ...(perMinute ? { perMinute } : {}) },
        required: ['title', 'perMinute'],
      },
      {
        value: { perMinute: 60 },
        submit: ['新建密钥', 'Make a key'],
        send: async (body) => {
          const input = { ...body, entitlement, template: choose.value };
          /** @type {View} */
          const made = await post('/v1/access-keys', { body: input, key: keyOf(input) });
          await go(`/access-keys/${made.id}`);
        },
      },
    ),
  );
};
/** The product of a contract as a service: keys, usage and bills. @param {string} id @returns {() => Promise<Screen>} */
export const dataService = (id) => async () => {
  await whoAmI();
  const entitlement = await readRecord('entitlements', id);
  /** @type {Statement} */
  const statement = await get(`/v1/usage?${new URLSearchParams({ entitlement: id }).toString()}`);
  const isBuyer = acting()?.organisation === entitlement.owner;
  const mayMake = isBuyer && entitlement.isLive && holds(['buyer.agent']);
  return {
    title: ['数据服务', 'Data service'],
    body: [
      h('p', { class: 'crumbs' }, h('a', { href: `/entitlements/${id}` }, spoken(titleOf(entitlement)))),
      heading(['数据服务', 'Data service'], badge(entitlement.status, entitlement.isLive)),
      h('p', {}, reference('product', statement.product)),
      h('p', {
        class: 'quiet',
        say:
          statement.callPriceFen > 0
            ? [
                `每放行一次 ${yuan(statement.callPriceFen)}，按月出账；调用次数计入合同查询次数。`,
                `${yuan(statement.callPriceFen)} for each released call, billed by the month; calls count against the queries of the contract.`,
              ]
            : ['调用不另收费；调用次数计入合同查询次数。', 'Calls cost nothing besides; they count against the queries of the contract.'],
      }),
      ...(mayMake ? [panel(['新建密钥', 'Make a key'], making(statement, await templatesOf(statement.product)))] : []),
      ...(isBuyer || statement.keys.length > 0 ? [keysPanel(statement)] : []),
      monthsPanel(statement, isBuyer),
    ],
  };
};
