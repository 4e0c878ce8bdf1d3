// @ts-check
/** @import { Pair, Shape, View } from '../shapes.ts' */
import { get, post, readRecord, submission } from '../api.js';
import { definitions, table, valueOf } from '../data.js';
import { h, say, spoken } from '../element.js';
import { notice, problemOf } from '../problem.js';
import { choiceWord, fieldWord, kindOf } from '../registry.js';
import { draw } from '../router.js';

/** @typedef {{ readonly name: string, readonly type: string, readonly alternatives: readonly string[] } & Shape} Column */
/** @typedef {{ readonly columns: readonly Column[], readonly quality: Shape, readonly findings: readonly Shape[], readonly malwareScan: string, readonly malwareReason?: string } & Shape} Inspection */

const everyMs = 1_500;
/** What is worked on while a dataset or a derivation waits for no person. @type {Readonly<Record<string, readonly [task: string, ...Pair]>>} */
const working = {
  deposited: ['inspect', '正在检查文件', 'The file is being inspected'],
  loading: ['load', '正在装载数据', 'The data is being loaded'],
  submitted: ['rehearse', '正在以虚构数据试运行', 'It is being tried over invented rows'],
  deriving: ['derive', '正在沙箱内加工', 'It is being derived inside the sandbox'],
};

/** How far the work on a dataset or a derivation is, and a button that stops it for those who may. @param {View} view */
export const progress = (view) => {
  const [task, zh, en] = working[view.status] ?? [];
  if (task === undefined || zh === undefined || en === undefined) return undefined;
  const id = `${task}:${view.id}:${Number(view.data['attempt'])}`;
  const bar = h('progress', { max: '1000', name: ['进度', 'Progress'] });
  const said = h('div', { 'aria-live': 'polite' });
  const cancel = h('button', { type: 'button', class: 'danger outline', hidden: true, say: ['取消', 'Cancel'] });
  const keyOf = submission();
  cancel.addEventListener('click', () => {
    cancel.disabled = true;
    void post(`/v1/jobs/${id}/cancel`, { body: {}, key: keyOf(id) }).catch((error) => said.replaceChildren(notice(problemOf(error))));
  });
  const panel = h(
    'section',
    { class: 'panel' },
    h('h2', { say: [zh, en] }),
    h('p', { class: 'quiet', say: ['完成后本页自动更新。', 'This page follows by itself.'] }),
    bar,
    said,
    h('div', { class: 'buttons' }, cancel),
  );
  let seesJob = true;
  const look = async () => {
    if (seesJob) {
      try {
        /** @type {View} */
        const job = await get(`/v1/jobs/${id}`);
        const permille = job.data['permille'];
        if (typeof permille === 'number') bar.value = permille;
        cancel.hidden = !job.offered.includes('cancel');
      } catch {
        seesJob = false; // it is for the two sides and the lead; a case officer waits without it
      }
    }
    const { status } = await readRecord(kindOf(view.kind)?.plural ?? '', view.id);
    if (panel.isConnected && status !== view.status) await draw({ keep: true });
  };
  const follow = () =>
    void look()
      .catch(() => undefined) // the next look may pass
      .finally(() => setTimeout(() => panel.isConnected && follow(), everyMs));
  setTimeout(follow, 0);
  return panel;
};

/** @param {Inspection} inspection */
const malware = ({ malwareScan, malwareReason }) =>
  malwareScan === 'NOT_RUN'
    ? h(
        'p',
        { class: 'notice refused' },
        say('未进行恶意代码扫描：', 'No malware scan has run: '),
        spoken(choiceWord('malwareReason', malwareReason)),
      )
    : h('p', { class: 'notice', say: ['恶意代码扫描：未发现。', 'Malware scan: nothing was found.'] });

/** @type {readonly string[]} */
const found = ['column', 'personal', 'finding'];
/** @param {View} view @param {Inspection} inspection */
const compared = ({ data: { accepts } }, { findings }) => {
  if (findings.length === 0)
    return [
      h('p', {
        class: 'quiet',
        say: ['与目录登记的个人信息和分级一致。', 'It agrees with the catalogue on personal information and grade.'],
      }),
    ];
  return [
    accepts === undefined
      ? h('p', {
          class: 'notice refused',
          say: [
            '文件与目录登记不一致，核验时须说明接受的理由，或予以退回。',
            'The file disagrees with the catalogue: whoever checks it says why that is accepted, or returns it.',
          ],
        })
      : h('p', { class: 'notice' }, say('核验时接受，理由：', 'Accepted when it was checked, because: '), valueOf('accepts', accepts)),
    table(
      found.map((name) => fieldWord(name)),
      findings.map((one) => found.map((name) => valueOf(name, one[name]))),
    ),
  ];
};

/** @type {readonly string[]} */
const profile = ['nullPermille', 'distinctApprox', 'unique', 'personal', 'conformPermille', 'plausiblePermille', 'freshDays'];
/** The columns with their types; whoever may correct a type chooses among what it can be. @param {View} view @param {Inspection} inspection */
const columnsOf = (view, { columns }) => {
  const mayCorrect = view.offered.includes('correct');
  const said = h('div', { 'aria-live': 'polite' });
  const keyOf = submission();
  const choices = columns.map(({ name, type, alternatives }) =>
    mayCorrect && alternatives.length > 1
      ? h(
          'select',
          { name: [`${name} 的类型`, `Type of ${name}`] },
          ...alternatives.map((one) => h('option', { value: one, selected: one === type }, one)),
        )
      : h('code', {}, type),
  );
  const chosen = () =>
    columns.flatMap(({ name, type }, at) => {
      const choice = choices[at];
      return choice instanceof HTMLSelectElement && choice.value !== type ? [{ column: name, type: choice.value }] : [];
    });
  const save = async () => {
    const types = chosen();
    if (types.length === 0) return said.replaceChildren(h('p', { class: 'notice', say: ['没有改动。', 'Nothing has been changed.'] }));
    try {
      await post(`/v1/datasets/${view.id}/correct`, { body: { types }, key: keyOf(types), ifMatch: view.version });
      await draw({ keep: true });
    } catch (error) {
      said.replaceChildren(notice(problemOf(error)));
    }
  };
  return h(
    'form',
    { onsubmit: (event) => (event.preventDefault(), void save()) },
    table(
      ['name', 'type', ...profile].map((name) => fieldWord(name)),
      columns.map((column, at) => [
        h('span', { class: 'text' }, column.name),
        choices[at] ?? '',
        ...profile.map((name) => valueOf(name, column[name])),
      ]),
    ),
    said,
    mayCorrect && h('div', { class: 'buttons' }, h('button', { type: 'submit', say: ['保存对类型的更正', 'Save the corrected types'] })),
  );
};

/** What the inspection says of the file. @param {View} view */
export const inspection = (view) => {
  const inspected = /** @type {Inspection | undefined} */ (view.data['inspection']);
  if (!inspected) return [];
  const { columns: _listed, quality, findings: _told, malwareScan: _status, malwareReason: _why, ...facts } = inspected;
  return [
    h(
      'section',
      { class: 'panel' },
      h('h2', { say: ['检查结果', 'Inspection'] }),
      malware(inspected),
      h('h3', { say: ['与目录登记对照', 'Compared with the catalogue'] }),
      ...compared(view, inspected),
      h('h3', { say: ['列与类型', 'Columns and types'] }),
      columnsOf(view, inspected),
      h('h3', { say: ['数据质量（GB/T 36344）', 'Quality (GB/T 36344)'] }),
      definitions(quality),
      h('h3', { say: ['文件', 'File'] }),
      definitions(facts),
    ),
  ];
};
