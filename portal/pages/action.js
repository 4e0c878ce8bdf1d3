// @ts-check
/** @import { Action, Kind, Pair, Schema, Shape, View } from '../shapes.ts' */
import { post } from '../api.js';
import { ask } from '../dialog.js';
import { h, say, spoken } from '../element.js';
import { form } from '../forms/form.js';
import { titleOf } from '../reference.js';
import { seatWord, wordOf } from '../registry.js';
import { draw } from '../router.js';
import { begunStatements } from './report.js';

/** What cannot be taken back, or hurts somebody. */
const grave = new Set([
  'revoke',
  'reject',
  'suspend',
  'end',
  'terminate',
  'delist',
  'decline',
  'cancel',
  'seal',
  'withdraw',
  'retire',
  'dissolvePanel',
  'recuse',
  'dropChange',
  'drop',
]);

/** What stands in a form first: what is being signed, else what the record holds under the same names. @param {View} view @param {string} name @param {Schema} schema @returns {Shape} */
const begun = (view, name, { properties = {} }) => {
  const pending = view.signed[name];
  if (pending) return pending.input;
  if (view.kind === 'disclosureRecord' && name === 'complete')
    return { statements: begunStatements(view.data), redactions: view.data['redactions'] };
  const theirOwn = new Set(['reason', 'reasons', 'amountFen', 'conditions']);
  return Object.fromEntries(Object.entries(view.data).filter(([field]) => field in properties && !theirOwn.has(field)));
};
/** @param {View} view @param {string} name @param {Action} action */
const confirmation = (view, name, { ifMatch, seats }) => {
  const [zh, en] = wordOf(name);
  const [titleZh, titleEn] = titleOf(view);
  const danger = grave.has(name);
  if (!danger && !ifMatch) return undefined;
  const signs = seats.length > 1;
  /** @type {Pair} */
  const says = [
    `${danger ? '此操作可能无法撤回。' : ''}您将对“${titleZh}”（第 ${view.version} 版）${signs ? '签署“' : '作出“'}${zh}”，操作将以您的名义记录。`,
    `${danger ? 'This may not be undone. ' : ''}You are about to ${signs ? 'sign' : 'take'} “${en}” on “${titleEn}” (version ${view.version}). It is recorded under your name.`,
  ];
  return async () => ask({ title: [`确认${zh}`, `${en}: are you sure?`], says, yes: [`确认${zh}`, `Yes: ${en}`], danger });
};

/** What people must know before they fill in a form. @type {Readonly<Record<string, Pair>>} */
const helps = {
  'disclosureRecord.complete': [
    '每一事项或作说明，或列为不予披露并注明法律依据；缺少的事项在提交时指出。数据由公开账本自动生成，保存后会重新生成。',
    'Each topic is told, or left out on a legal ground; what is missing is named when you submit. Figures are counted from the ledger, and again after you save.',
  ],
  'disclosureRecord.regenerate': [
    '按公开账本的最新条目重新生成数据。',
    'The figures are counted anew from the latest entries of the ledger.',
  ],
  'disclosureRecord.correct': [
    '将生成一个新版本，仍须复核与发布；原版保留可查。',
    'This begins a new version, to be checked and published as before; the old one stays readable.',
  ],
  'erasure.approve': [
    '删除后不可恢复，任何人都无法再证明该字段的内容；账本条目与删除记录仍在。',
    'This cannot be taken back: nobody can prove what the field was. The entry and the record of its erasure stay.',
  ],
  'dataset.check': [
    '请先阅读检查结果。文件与目录登记不一致的，须说明接受的理由；不能接受的，请予退回。',
    'Read the inspection first. Where the file disagrees with the catalogue, say why that is accepted; if it is not, return it.',
  ],
  'exportReview.seal': [
    '意见封存后不可修改；各席位意见收齐前互不可见，结论须说明理由。',
    'An opinion cannot be changed once sealed. Nobody reads another’s until all are in, and each has its reason.',
  ],
  'exportRequest.submit': [
    '提交后先自动检查，通过后由主管部门两个席位审核；含个人信息的，数据提供单位一并审核。',
    'Automatic checks come first, then two seats of the authority; where there is personal information its source as well.',
  ],
  'disclosureDuty.openAdHoc': ['须在事项发生后两个工作日内披露。', 'It must be disclosed within two working days of its happening.'],
};
/** @param {Kind} kind @param {View} view @param {string} name @param {Action} action @param {() => void} close */
const panel = (kind, view, name, action, close) => {
  const word = wordOf(name);
  const confirm = confirmation(view, name, action);
  const pending = view.signed[name];
  const help = helps[`${view.kind}.${name}`];
  return h(
    'section',
    { class: 'panel', id: 'action', tabindex: '-1' },
    h('h2', { say: word }),
    pending &&
      h('p', {
        class: 'notice',
        say: [
          '另一方已签署下列内容；内容如有改动，其签署即作废。',
          'The other side has signed this content; changing it voids their signature.',
        ],
      }),
    help && h('p', { class: 'quiet', say: help }),
    Object.keys(action.schema.properties ?? {}).length === 0 &&
      !help &&
      h('p', { class: 'quiet', say: ['此操作无需填写内容。', 'There is nothing to fill in.'] }),
    form(action.schema, {
      value: begun(view, name, action.schema),
      submit: word,
      danger: grave.has(name),
      cancel: close,
      ...(confirm ? { confirm } : {}),
      send: async (body, key) => {
        await post(`/v1/${kind.plural}/${encodeURIComponent(view.id)}/${name}`, { body, key, ifMatch: view.version });
        await draw({ keep: true });
      },
    }),
  );
};
/** The buttons of what a person could do here now, and the form of the one they press. @param {Kind} kind @param {View} view */
export const actions = (kind, view) => {
  const offered = view.offered.filter((name) => kind.actions[name]);
  const room = h('div', { class: 'acting' });
  /** @param {string} name */
  const open = (name) => {
    const action = kind.actions[name];
    if (!action) return;
    room.replaceChildren(panel(kind, view, name, action, show));
    room.firstElementChild?.scrollIntoView({ block: 'nearest' });
    /** @type {HTMLElement | null} */
    const first = room.querySelector('input, select, textarea, button');
    first?.focus();
  };
  const show = () =>
    room.replaceChildren(
      h(
        'section',
        { class: 'panel' },
        h('h2', { say: ['可办理事项', 'What you can do'] }),
        offered.length === 0
          ? h('p', { class: 'quiet', say: ['您目前没有可办理的事项。', 'There is nothing for you to do here now.'] })
          : h(
              'div',
              { class: 'buttons' },
              ...offered.map((name) =>
                h(
                  'button',
                  { type: 'button', class: grave.has(name) ? 'danger outline' : 'primary', 'data-action': name, onclick: () => open(name) },
                  spoken(wordOf(name)),
                ),
              ),
            ),
      ),
    );
  show();
  return room;
};
/** Who has signed what, and who is awaited. @param {Kind} kind @param {View} view */
export const signatures = (kind, view) =>
  Object.entries(view.signed).map(([name, { seats }]) => {
    const awaited = (kind.actions[name]?.seats ?? []).filter((seat) => !seats.includes(seat));
    return h(
      'section',
      { class: 'panel' },
      h('h2', {}, say('会签：', 'To be signed by several: '), spoken(wordOf(name))),
      h(
        'ul',
        { class: 'signatures' },
        ...seats.map((seat) => h('li', { class: 'done' }, say('已签署', 'Signed'), ' ', spoken(seatWord(seat)))),
        ...awaited.map((seat) => h('li', {}, say('待签署', 'Awaited'), ' ', spoken(seatWord(seat)))),
      ),
    );
  });
