// @ts-check
/** @import { Issue, Pair, Problem } from './shapes.ts' */
import { Refused } from './api.js';
import { h, say, spoken } from './element.js';
import { reference } from './reference.js';
import { choiceWord, fieldWord, kindOf, wordOf } from './registry.js';
import { signIn } from './session.js';

/** @param {unknown} error @returns {Problem} */
export const problemOf = (error) => {
  if (error instanceof Refused) return error.problem;
  console.error(error);
  return { code: 'internal', status: 500, detail: { zh: '页面出错，请刷新后重试。', en: 'The page failed; reload it and try again.' } };
};

/** The path of an issue in words. @param {string} path @returns {Pair} */
export const placeWord = (path) => {
  const words = path
    .split('.')
    .map(/** @returns {Pair} */ (part) => (/^\d+$/.test(part) ? [`第${Number(part) + 1}项`, `no. ${Number(part) + 1}`] : fieldWord(part)));
  return [words.map(([zh]) => zh).join(' › '), words.map(([, en]) => en).join(' › ')];
};
/** @param {NonNullable<Problem['about']>} about */
const facts = (about) => {
  const { kind, id, ...rest } = about;
  const link =
    kindOf(String(kind)) && id !== undefined
      ? [h('dt', {}, spoken(kindOf(String(kind))?.title ?? ['', ''])), h('dd', {}, reference(String(kind), String(id)))]
      : [];
  const others = link.length > 0 ? rest : about;
  return h(
    'dl',
    { class: 'facts' },
    ...link,
    ...Object.entries(others).flatMap(([name, value]) => [h('dt', {}, spoken(wordOf(name))), h('dd', {}, spoken(choiceWord(name, value)))]),
  );
};

/** What was refused and what to do next. `issues` are those that no field of the page shows. @param {Problem} problem @param {readonly Issue[]} [issues] */
export const notice = ({ code, status, detail, about, trace }, issues = []) =>
  h(
    'div',
    { class: 'notice refused', role: 'alert', tabindex: '-1' },
    h('p', { say: [detail.zh, detail.en] }),
    about && facts(about),
    issues.length > 0 &&
      h(
        'ul',
        {},
        ...issues.map(({ path, message }) => h('li', {}, spoken(path === '' ? ['内容', 'Content'] : placeWord(path)), ': ', message)),
      ),
    status === 401 && h('p', {}, h('button', { type: 'button', class: 'primary', say: ['登录', 'Sign in'], onclick: () => void signIn() })),
    h(
      'p',
      { class: 'quiet' },
      say('代码', 'Code'),
      ' ',
      h('code', {}, code),
      trace !== undefined && h('span', {}, ' · ', say('追踪编号', 'Trace'), ' ', h('code', {}, trace)),
    ),
  );
