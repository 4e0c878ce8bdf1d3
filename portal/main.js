// @ts-check
/** @import { Page } from './router.js' */
import { learnTime, whoAmI } from './api.js';
import { h, rememberLanguage, say } from './element.js';
import { drawTop, openFrame, startOver } from './frame.js';
import { chooseOrganisation } from './pages/acting.js';
import { newQuestion } from './pages/asked.js';
import { audit } from './pages/audit.js';
import { creation } from './pages/create.js';
import { dataService } from './pages/delivery.js';
import { disclosure, entryPage } from './pages/disclosure.js';
import { newProduct } from './pages/foundation.js';
import { halt } from './pages/halt.js';
import { home } from './pages/home.js';
import { list, registers } from './pages/lists.js';
import { market } from './pages/market.js';
import { operations } from './pages/operations.js';
import { queryConsole } from './pages/console.js';
import { record } from './pages/record.js';
import { organisationPage, register } from './pages/register.js';
import { listingTrial } from './pages/trial.js';
import { usage } from './pages/usage.js';
import { editDerivation, newDerivation } from './pages/workbench.js';
import { verify } from './pages/verify.js';
import { kindOfPlural } from './registry.js';
import { draw, openRouter } from './router.js';
import { acting, signedIn } from './session.js';

/** Where the provider leads back to. @type {Page} */
const callback = async ({ query }) => {
  const back = await signedIn(query);
  if (back === undefined)
    return {
      title: ['登录未完成', 'Not signed in'],
      body: [
        h('p', {
          class: 'notice refused',
          role: 'alert',
          say: ['登录未完成或已取消，请重新登录。', 'Signing in was not completed; try again.'],
        }),
        h('p', {}, h('a', { href: '/' }, say('返回首页', 'Go to the start page'))),
      ],
    };
  const me = await whoAmI();
  const mustChoose = me !== undefined && me.memberships.length > 1 && !acting();
  setTimeout(() => void startOver(mustChoose ? '/acting' : back));
  return { title: ['正在登录', 'Signing in'], body: [h('p', { role: 'status', say: ['正在登录……', 'Signing in…'] })] };
};
/** @type {Page} */
const missing = () => ({
  title: ['未找到', 'Not found'],
  body: [
    h('h1', { say: ['没有这个页面', 'There is no such page'] }),
    h('p', {}, h('a', { href: '/' }, say('返回首页', 'Go to the start page'))),
  ],
});

/** @type {Readonly<Record<string, Page>>} */
const pages = { '': home, acting: chooseOrganisation, audit, callback, disclosure, halt, market, operations, registers };

/** The parts of the public ledger. @type {Readonly<Record<string, Page>>} */
const ledgerPages = { register, usage, verify };
/** @type {Readonly<Record<string, (id: string) => Page>>} */
const ledgerPagesOf = { entries: entryPage, organisations: organisationPage };
/** @param {string} part @param {string | undefined} id */
const ledgerPage = (part, id) => (id === undefined ? ledgerPages[part] : ledgerPagesOf[part]?.(id)) ?? missing;

/** What stands under one record. @type {ReadonlyMap<string, (id: string) => Page>} */
const under = new Map([
  ['entitlements/console', queryConsole],
  ['entitlements/service', dataService],
  ['listings/trial', listingTrial],
  ['derivations/edit', editDerivation],
]);

/** What is begun on a page of its own, and not in a form. @type {ReadonlyMap<string, Page>} */
const begun = new Map([
  ['queries', newQuestion],
  ['derivations', newDerivation],
  ['products', newProduct],
]);

/** @param {readonly string[]} parts @returns {Page} */
const pageOf = ([first = '', second, third, fourth]) => {
  if (first === 'disclosure' && second !== undefined && fourth === undefined) return ledgerPage(second, third);
  const page = pages[first];
  if (page && second === undefined) return page;
  const kind = kindOfPlural(first)?.[1];
  if (!kind || fourth !== undefined) return missing;
  if (second === undefined) return list(kind);
  if (third !== undefined) return under.get(`${first}/${third}`)?.(second) ?? missing;
  if (second === 'new') return begun.get(first) ?? creation(kind);
  return record(kind, second);
};

openFrame(openRouter(pageOf, drawTop));
rememberLanguage();
drawTop();
await learnTime().catch(() => undefined); // the page works without: it then goes by this device's clock
await draw({ keep: true });
