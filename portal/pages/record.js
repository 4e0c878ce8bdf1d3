// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Kind, View } from '../shapes.ts' */
import { isPast, readRecord, whoAmI } from '../api.js';
import { definitions } from '../data.js';
import { h, say, spoken } from '../element.js';
import { deadline, time } from '../format.js';
import { badge, dueBy } from '../parts.js';
import { partyReference, reference, titleOf } from '../reference.js';
import { kindOf, regionWord, registry, wordOf } from '../registry.js';
import { acting } from '../session.js';
import { actions, signatures } from './action.js';
import { query, template } from './asked.js';
import { accessKey } from './delivery.js';
import { inspection, progress } from './dataset.js';
import { derivation, standing } from './derivation.js';
import { exportRequest, exportReview } from './export.js';
import { joinList } from './join-list.js';
import { lineage } from './lineage.js';
import { mayCreate } from './lists.js';
import { report } from './report.js';
import { timeline } from './timeline.js';
import { trialTitle } from './trial.js';
import { upload } from './upload.js';

/** @param {View} view */
const envelope = ({ owner, party, region, receivedAt, since, validUntil, version, id, rules }) =>
  h(
    'dl',
    { class: 'facts' },
    ...[
      [say('所属', 'Owner'), partyReference(owner)],
      ...(party === undefined ? [] : [[say('另一方', 'Other party'), partyReference(party)]]),
      [say('地区', 'Region'), spoken(regionWord(region))],
      [say('收到时间', 'Received'), time(receivedAt)],
      [say('进入本状态', 'In this state since'), time(since)],
      ...(validUntil === undefined
        ? []
        : [[say('有效期至', 'Valid until'), h('span', { class: isPast(validUntil) ? 'late' : undefined }, deadline(validUntil))]]),
      [say('规则版本', 'Rule base'), rules],
      [say('版次', 'Version'), String(version)],
      [say('编号', 'Id'), h('code', {}, id)],
    ].map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
  );
/** @param {View} view */
const clocks = ({ clocks }) => {
  const running = Object.entries(clocks);
  if (running.length === 0) return undefined;
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['办理期限', 'Deadlines'] }),
    h(
      'dl',
      { class: 'facts' },
      ...running.map(([name, { due, provisional, fired }]) =>
        h(
          'div',
          {},
          h('dt', {}, spoken(wordOf(`clock.${name}`))),
          h(
            'dd',
            {},
            dueBy(due, !provisional && (fired || isPast(due))),
            provisional && h('span', { class: 'badge provisional', say: ['暂定', 'Provisional'] }),
          ),
        ),
      ),
    ),
    h('p', { class: 'quiet', say: ['均为北京时间。', 'In the time of Shanghai.'] }),
  );
};
/** @param {View} view */
const links = ({ links }) => {
  const kinds = registry.references;
  const rows = Object.entries(links).filter(([, ids]) => ids.length > 0);
  if (rows.length === 0) return undefined;
  return h(
    'section',
    { class: 'panel' },
    h('h2', { say: ['关联记录', 'Related records'] }),
    h(
      'dl',
      { class: 'facts' },
      ...rows.map(([name, ids]) =>
        h(
          'div',
          {},
          h('dt', {}, spoken(kindOf(kinds[name] ?? name)?.title ?? [name, name])),
          h(
            'dd',
            {},
            ...[ids].flat().map((id, at, all) => h('div', {}, all.length > 1 ? `${at + 1}. ` : '', reference(kinds[name] ?? name, id))),
          ),
        ),
      ),
    ),
  );
};
/** What can be begun from this record: the kinds that refer to it, where one may begin them. @param {Kind} kind @param {View} view */
const next = (kind, view) => {
  const possible = !view.isLive
    ? []
    : Object.values(registry.kinds).flatMap((other) => {
        const name = Object.entries(other.refs).find(
          ([ref, to]) => to === view.kind && ref in (other.create?.schema.properties ?? {}),
        )?.[0];
        if (name === undefined || !mayCreate(other) || other.plural === 'queries') return []; // one asks in the console
        const known = Object.entries(view.links).filter(([ref, id]) => ref in other.refs && typeof id === 'string');
        const query = new URLSearchParams([[name, view.id], ...known.map(([ref, id]) => [ref, String(id)])]);
        return [
          h(
            'a',
            { class: 'button', href: `/${other.plural}/new?${query.toString()}` },
            say(`新建${other.title[0]}`, `New: ${other.title[1]}`),
          ),
        ];
      });
  const console =
    view.kind === 'entitlement' && view.isLive && view.owner === acting()?.organisation
      ? [h('a', { class: 'button primary', href: `/${kind.plural}/${view.id}/console` }, say('打开查询台', 'Open the query console'))]
      : [];
  const service =
    view.kind === 'entitlement'
      ? [h('a', { class: 'button', href: `/${kind.plural}/${view.id}/service` }, say('数据服务', 'Data service'))]
      : [];
  const trial =
    view.kind === 'listing' && view.status === 'listed'
      ? [h('a', { class: 'button', href: `/listings/${view.id}/trial` }, spoken(trialTitle))]
      : [];
  const usage =
    view.kind === 'resource'
      ? [
          h(
            'a',
            { class: 'button', href: `/disclosure/usage?${new URLSearchParams({ resource: view.id }).toString()}` },
            say('公开使用日志', 'Open usage log'),
          ),
        ]
      : [];
  const all = [...usage, ...trial, ...console, ...service, ...possible];
  return all.length === 0
    ? undefined
    : h('section', { class: 'panel' }, h('h2', { say: ['由此办理', 'From here'] }), h('div', { class: 'buttons' }, ...all));
};

/** What can be done with a dataset, what is being done, and what its file is. @param {Kind} kind @param {View} view */
const dataset = (kind, view) => {
  if (view.offered.includes('deposit')) return [upload(view)];
  // Types are corrected where they are shown.
  const elsewhere = { ...view, offered: view.offered.filter((name) => name !== 'correct') };
  const working = progress(view);
  const mayOnlyCorrect = elsewhere.offered.length === 0 && view.offered.length > 0;
  return [...(working ? [working] : []), ...(mayOnlyCorrect ? [] : [actions(kind, elsewhere)]), ...inspection(view)];
};
/** What pages of their own show beside the data. @type {Readonly<Record<string, (view: View) => Promise<readonly Node[]>>>} */
const beside = { accessKey, exportRequest, exportReview, joinList, query, template };
/** These are taken where their panel is, with what follows from them. */
const elsewhere = new Set([
  'exportRequest.read',
  'exportRequest.draw',
  'exportRequest.download',
  'accessKey.drawToken',
  'joinList.submit',
  'derivation.edit',
]);
/** @param {Kind} kind @param {View} view */
const possible = (kind, view) => {
  const offered = view.offered.filter((name) => !elsewhere.has(`${view.kind}.${name}`));
  return offered.length === 0 && view.offered.length > 0 ? [] : [actions(kind, { ...view, offered })];
};
/** @param {View} view */
const withoutPanels = ({ kind, data: { inspection: _file, checks: _found, reviews: _opinions, ...data } }) => {
  if (kind !== 'query') return data;
  const { zh: _why, en: _because, at: _where, ...asked } = data;
  return asked;
};

/** One record: what it is, what can be done, what has happened. @param {Kind} kind @param {string} id @returns {(address: Address) => Promise<Screen>} */
export const record = (kind, id) => async () => {
  await whoAmI();
  const view = await readRecord(kind.plural, id);
  const title = titleOf(view);
  const side = [clocks(view), links(view), next(kind, view), await timeline(kind, view)];
  const traced = lineage(view);
  const main = [
    ...(view.kind === 'derivation' ? standing(view) : []),
    ...(view.kind === 'dataset' ? dataset(kind, view) : possible(kind, view)),
    ...signatures(kind, view),
    ...((await beside[view.kind]?.(view)) ?? []),
    ...(view.kind === 'disclosureRecord'
      ? report(view)
      : view.kind === 'derivation'
        ? derivation(view)
        : [h('section', { class: 'panel' }, h('h2', { say: ['内容', 'Content'] }), definitions(withoutPanels(view)))]),
  ];
  return {
    title,
    body: [
      h('p', { class: 'crumbs' }, h('a', { href: `/${kind.plural}` }, spoken(kind.title))),
      h(
        'div',
        { class: 'heading' },
        h('h1', { say: title }),
        badge(view.status, view.isLive),
        view.isLive && h('span', { class: 'quiet', say: ['有效', 'In force'] }),
      ),
      envelope(view),
      h('div', { class: 'columns' }, h('div', {}, ...main), h('aside', {}, ...side.filter((part) => part !== undefined))),
      ...(traced ? [traced] : []),
    ],
  };
};
