// @ts-check
/** @import { Address, Screen } from './drawing.ts' */
/** @import { Pair } from './shapes.ts' */
import { entitle, h, say } from './element.js';
import { heading } from './parts.js';
import { notice, problemOf } from './problem.js';

/** @typedef {(address: Address) => Promise<Screen> | Screen} Page */

/** @returns {Address} */
const here = () => ({
  path: location.pathname,
  parts: location.pathname.split('/').filter(Boolean).map(decodeURIComponent),
  query: new URLSearchParams(location.search),
});

/** @type {HTMLElement} */
const room = h('main', { id: 'main', tabindex: '-1' });
/** @type {(parts: readonly string[]) => Page} */
let pageOf = () => () => ({ title: ['', ''], body: [] });
/** @type {() => void} */
let drawn = () => undefined;
let turn = 0;

/** @param {unknown} error @returns {Screen} */
const failure = (error) => {
  const problem = problemOf(error);
  const isMissing = problem.status === 404;
  /** @type {Pair} */
  const title = isMissing
    ? ['未找到', 'Not found']
    : problem.status === 401
      ? ['请先登录', 'Sign in first']
      : ['无法显示', 'Cannot be shown'];
  return {
    title,
    body: [heading(title), notice(problem), h('p', {}, h('a', { href: '/' }, say('返回首页', 'Go to the start page')))],
  };
};
/** Draws the page of the present address. A later one overtakes an earlier one that is still waiting. @param {{ readonly keep?: boolean }} [how] keep: stay where one is on the page */
export const draw = async ({ keep = false } = {}) => {
  turn += 1;
  const mine = turn;
  const address = here();
  room.setAttribute('aria-busy', 'true');
  let screen;
  try {
    screen = await pageOf(address.parts)(address);
  } catch (error) {
    screen = failure(error);
  }
  if (mine !== turn) return;
  room.setAttribute('aria-busy', 'false');
  entitle(screen.title);
  room.replaceChildren(...screen.body);
  drawn();
  if (keep) return;
  scrollTo(0, 0);
  room.focus({ preventScroll: true });
};
/** @param {string} path */
export const go = async (path, replace = false) => {
  if (replace) history.replaceState(undefined, '', path);
  else history.pushState(undefined, '', path);
  await draw();
};
/** @param {MouseEvent} event */
const follow = (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (
    !link ||
    !isPlain ||
    link.target !== '' ||
    link.hasAttribute('download') ||
    link.origin !== location.origin ||
    link.pathname.startsWith('/v1/')
  )
    return;
  if (link.hash !== '' && link.pathname === location.pathname) return;
  event.preventDefault();
  void go(link.pathname + link.search);
};
/** @param {(parts: readonly string[]) => Page} pages @param {() => void} after */
export const openRouter = (pages, after) => {
  pageOf = pages;
  drawn = after;
  document.addEventListener('click', follow);
  addEventListener('popstate', () => void draw());
  return room;
};
