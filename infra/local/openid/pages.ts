import { createHash } from 'node:crypto';
import { roles } from '../../../contracts/roles.ts';
import type { DemonstrationOrganisation, DemonstrationPerson } from '../demo/staff.ts';
import type { EntryRefusal } from './accounts.ts';

/** Markup that is safe to stand in a page. */
type Markup = { readonly markup: string };
type Part = string | Markup | readonly Markup[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
const rendered = (part: Part): string => {
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map(rendered).join('\n');
};
const html = (pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup => ({
  markup: pieces.map((piece, at) => piece + rendered(parts[at] ?? '')).join(''),
});
const nothing: Markup = { markup: '' };

const style = `
:root { color-scheme: light dark; font: 16px/1.6 system-ui, 'Noto Sans SC', sans-serif }
body { margin: 0 auto; max-width: 60rem; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.05rem; margin: 1.5rem 0 .4rem }
small { opacity: .75; font-weight: normal }
.notice { border-left: .3rem solid #b45309; padding: .4rem .8rem } .refusal { border-left: .3rem solid #b91c1c; padding: .4rem .8rem }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .5rem; list-style: none; margin: 0; padding: 0 }
li button { height: 100%; text-align: left; width: 100% }
button, input { border: 1px solid #888; border-radius: .3rem; font: inherit; padding: .5rem .7rem }
button { cursor: pointer } label { display: block; margin: .6rem 0 } label input { display: block; width: min(24rem, 90%) }
`;

/** One piece, because the policy names the digest of exactly this text. */
const styleElement: Markup = { markup: `<style>${style}</style>` };

/** Nothing but the one style of these pages, and forms that lead back here or on to the clients' origins. No script of ours at all. */
export const policyFor = (origins: readonly string[]): string =>
  [
    "default-src 'none'",
    'script-src', // an empty list: the provider adds the digest of the one line that hands over from one person to another
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    `form-action ${["'self'", ...origins].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join(';');

const page = (zh: string, en: string, body: Markup): string =>
  html`<!doctype html>
    <html lang="zh-CN">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${zh} · ${en}</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${zh}<br /><small lang="en">${en}</small></h1>
          ${body}
        </main>
      </body>
    </html>`.markup;

const both = (zh: string, en: string): Markup => html`${zh} <small lang="en">${en}</small>`;
const rolesIn = (person: DemonstrationPerson, language: 'zh' | 'en') => person.roles.map((role) => roles[role][language]).join(', ');

const cancel = html`<form method="post">
  <p><button name="act" value="cancel">${both('取消', 'Cancel')}</button></p>
</form>`;

/** The organisations with those of their people whom every word of the search fits, by organisation, role or name. */
const found = (organisations: readonly DemonstrationOrganisation[], search: string): readonly DemonstrationOrganisation[] => {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return organisations
    .map((organisation) => ({
      ...organisation,
      people: organisation.people.filter((person) => {
        const { zh, en } = organisation.name;
        const text = [zh, en, organisation.id, person.id, person.name, ...person.roles, rolesIn(person, 'zh'), rolesIn(person, 'en')].join(
          ' ',
        );
        return words.every((word) => text.toLowerCase().includes(word));
      }),
    }))
    .filter(({ people }) => people.length > 0);
};

/** Sign-in on a demonstration host: everybody in it, by organisation and role, one click each. */
export const demonstrationPage = (organisations: readonly DemonstrationOrganisation[], search: string): string => {
  const shown = found(organisations, search);
  return page(
    '登录数港',
    'Sign in to Data Harbour',
    html`<p class="notice">
        这是演示主机：任何人不用密码即可以下列任何人的身份登录，人物均为虚构。请勿录入真实数据。<br />
        <small lang="en"
          >This is a demonstration host: anyone may sign in as anyone below without a password. The people are invented. Enter no real
          data.</small
        >
      </p>
      <form method="get" role="search">
        <label
          >${both('按单位、角色或姓名查找', 'Find by organisation, role or name')}
          <input type="search" name="q" value="${search}" maxlength="100" /></label
        ><button>${both('查找', 'Find')}</button>
      </form>
      <form method="post">
        ${shown.map(
          ({ name, people }) =>
            html`<section>
              <h2>${both(name.zh, name.en)}</h2>
              <ul>
                ${people.map(
                  (person) =>
                    html`<li>
                      <button name="person" value="${person.id}">
                        ${person.name} · ${rolesIn(person, 'zh')}<br />
                        <small lang="en">${person.id} · ${rolesIn(person, 'en')}</small>
                      </button>
                    </li>`,
                )}
              </ul>
            </section>`,
        )}
        ${shown.length > 0 ? nothing : html`<p>${both('没有符合的人。', 'Nobody fits.')}</p>`}
      </form>
      ${cancel}`,
  );
};

const refusals: Readonly<Record<EntryRefusal, Markup>> = {
  incomplete: both(
    '请填写姓名、电子邮箱和不少于 12 个字符的密码。',
    'Give a name, an e-mail address and a password of at least 12 characters.',
  ),
  taken: both('该邮箱已登记，请直接登录。', 'This address is already known: please sign in.'),
  mismatch: both('邮箱与密码不符。', 'The address and the password do not match.'),
  wait: both('尝试次数过多，请一分钟后再试。', 'Too many tries: please wait a minute.'),
};

const credentialFields = (password: 'current-password' | 'new-password') =>
  html` <label>${both('电子邮箱', 'E-mail')}<input type="email" name="email" autocomplete="username" maxlength="254" required /></label>
    <label
      >${both('密码', 'Password')}<input type="password" name="password" autocomplete="${password}" minlength="12" maxlength="200" required
    /></label>`;

/** Sign-in on a host without demonstration people: those who are known enter, others make themselves known. */
export const accountPage = (refused?: EntryRefusal): string =>
  page(
    '登录数港',
    'Sign in to Data Harbour',
    html`${refused ? html`<p class="refusal" role="alert">${refusals[refused]}</p>` : nothing}
      <form method="post">
        ${credentialFields('current-password')} <button name="act" value="enter">${both('登录', 'Sign in')}</button>
      </form>
      <h2>${both('首次使用', 'First time here')}</h2>
      <form method="post">
        <label>${both('姓名', 'Name')}<input name="name" autocomplete="name" maxlength="60" required /></label>
        ${credentialFields('new-password')}
        <button name="act" value="enrol">${both('建立账户并登录', 'Create an account and sign in')}</button>
      </form>
      ${cancel}`,
  );

/** Asks before signing out. @param form the provider's own hidden form, `op.logoutForm` */
export const signOutPage = (form: string): string =>
  page(
    '退出登录',
    'Sign out',
    html`<p>${both('确定退出数港吗？', 'Do you want to sign out of Data Harbour?')}</p>
      ${{ markup: form }}
      <button form="op.logoutForm" name="logout" value="yes">${both('退出', 'Sign out')}</button>
      <button form="op.logoutForm">${both('保持登录', 'Stay signed in')}</button>`,
  );

export const signedOutPage = (): string =>
  page('已退出登录', 'Signed out', html`<p>${both('您已退出数港。', 'You have signed out of Data Harbour.')}</p>`);

/** A refusal of the protocol itself, with its code of RFC 6749. */
export const refusalPage = (code: string): string =>
  page(
    '无法登录',
    'Sign-in is not possible',
    html`<p>
        ${both('登录请求无效或已过期，请返回数港重新登录。', 'The request is not valid or has expired: go back to Data Harbour and sign in again.')}
      </p>
      <p><code>${code}</code></p>`,
  );
