// @ts-check
import { h, say, spoken, switchLanguage } from './element.js';
import { mayHalt } from './pages/halt.js';
import { forgetNames } from './reference.js';
import { kindOfPlural } from './registry.js';
import { go } from './router.js';
import { accessToken, acting, holds, myself, signIn, signOut } from './session.js';

const watchers = ['sre', 'auditor', 'authority.lead'];

/** @param {string} href @param {string} zh @param {string} en */
const link = (href, zh, en) => {
  const [first = ''] = location.pathname.split('/').filter(Boolean);
  const isHere = href === `/${first}` || (href === '/registers' && kindOfPlural(first) !== undefined);
  return h('a', { href, 'aria-current': isHere ? 'page' : undefined }, say(zh, en));
};
const who = () => {
  if (accessToken() === undefined)
    return [h('button', { type: 'button', class: 'primary', say: ['登录', 'Sign in'], onclick: () => void signIn() })];
  const membership = acting();
  const { memberships = [], person = '' } = myself() ?? {};
  const organisation = membership?.name ? spoken([membership.name.zh, membership.name.en]) : say('未选择组织', 'No organisation');
  return [
    h(
      'span',
      { class: 'who' },
      h('strong', {}, membership?.person ?? person),
      memberships.length > 1 ? h('a', { href: '/acting' }, organisation) : organisation,
    ),
    h('button', { type: 'button', say: ['退出', 'Sign out'], onclick: () => void signOut() }),
  ];
};

const top = h('header', { class: 'top' });
/** Draws what stands above every page, for whoever is signed in now. */
export const drawTop = () => {
  const isIn = accessToken() !== undefined;
  top.replaceChildren(
    h(
      'div',
      { class: 'inner' },
      h(
        'a',
        { href: '/', class: 'brand' },
        h('img', { src: '/icon.svg', alt: '', width: '32', height: '32' }),
        h(
          'span',
          {},
          h('strong', { say: ['数港', 'Data Harbour'] }),
          h('small', { say: ['泰州市公共数据授权运营与交易平台', 'Taizhou public data exchange'] }),
        ),
      ),
      h(
        'div',
        { class: 'account' },
        ...who(),
        h(
          'button',
          { type: 'button', lang: '', name: ['切换到英文', 'Switch to Chinese'], onclick: switchLanguage },
          h('span', { say: ['English', '中文'] }),
        ),
      ),
      h(
        'nav',
        { name: ['主导航', 'Main'] },
        isIn ? link('/', '待我办理', 'My work') : link('/', '首页', 'Start'),
        isIn && link('/registers', '业务台账', 'Registers'),
        link('/market', '数据市场', 'Market'),
        link('/disclosure', '公开账本', 'Disclosure'),
        mayHalt() && link('/halt', '紧急停用', 'Stop'),
        holds(['auditor']) && link('/audit', '查询审计', 'Audit'),
        holds(watchers) && link('/operations', '运行监控', 'Operations'),
      ),
    ),
  );
};
/** @param {HTMLElement} main */
export const openFrame = (main) => {
  const skip = h('a', { href: '#main', class: 'skip', say: ['跳到正文', 'Skip to content'] });
  const foot = h(
    'footer',
    {},
    h(
      'div',
      { class: 'inner' },
      say('数据的每一步授权与使用均有记录，可公开核验。', 'Every step of authority and use is recorded and can be verified.'),
      ' ',
      h('a', { href: '/v1/openapi.json', target: '_blank' }, say('接口文档', 'API document')),
    ),
  );
  document.body.replaceChildren(skip, top, main, foot);
};
/** Begins again as somebody else, or for another organisation. @param {string} path */
export const startOver = async (path) => {
  forgetNames();
  await go(path, true);
};
