import { roles } from '../../contracts/roles.ts';
import type { Context, Reaction } from '../../shared/edge/context.ts';
import { diagram } from '../../shared/kernel/laws.ts';
import type { Process, Waits } from '../../shared/kernel/process.ts';
import { labelsOf, rowsOf, type Row } from './rows.ts';
import { bilingual, wordOf } from './titles.ts';

const cell = (text: string): string => text.replaceAll('|', ' / ');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : ['', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)];

/** Earlier work that keeps a person from this: an action of this record, or of another of the case. */
const earlier = (row: Row): readonly string[] => row.notBy?.map((past) => (Array.isArray(past) ? past.join('.') : String(past))) ?? [];
const fourEyes = (row: Row): string => {
  const seats = labelsOf(row);
  const several = seats.length > 1 ? `${seats.length} 人 persons` : '';
  const others = earlier(row).length > 0 ? `非 not by ${earlier(row).join(', ')}` : '';
  return [several, others].filter((part) => part !== '').join('; ');
};
const mark = (is: boolean): string => (is ? '✓' : '');
const actionRow = ([name, row]: readonly [string, Row]): readonly string[] => [
  `\`${name}\` ${bilingual(wordOf(name))}`,
  labelsOf(row).join(' + '),
  fourEyes(row),
  `${row.from.join(', ')} → ${row.to.join(', ')}`,
  mark(row.ifMatch === true),
  mark(row.publish !== 'nothing'),
];
const creation = ({ create }: Process): readonly string[] => [
  `\`create\` ${bilingual(wordOf('create'))}`,
  [create.by]
    .flat()
    .map(({ label }) => label)
    .join(' / '),
  '',
  `→ ${create.to}`,
  '',
  mark(create.publish !== 'nothing'),
];
const waits = ({ queue }: Process): readonly (readonly string[])[] =>
  Object.entries(queue).flatMap(([state, waiting]) =>
    [waiting as Waits | readonly Waits[]].flat().map(({ role, of }) => [state, `\`${role}\` ${roles[role].zh} · ${roles[role].en}`, of]),
  );
const states = ({ contract }: Process): readonly (readonly string[])[] =>
  Object.keys(contract.states).map((state) => [`\`${state}\` ${bilingual(wordOf(state))}`, mark(contract.live.includes(state))]);

const chapter = (process: Process): readonly string[] => {
  const { kind, title } = process.contract;
  return [
    '',
    `## ${bilingual(title)} \`${kind}\``,
    '',
    '```mermaid',
    diagram(process),
    '```',
    ...table(['状态 State', '有效 Live'], states(process)),
    ...table(
      ['动作 Action', '何人 Who', '四眼 Four eyes', '变化 From → to', 'If-Match', '公开 Published'],
      [creation(process), ...rowsOf(process).map(actionRow)],
    ),
    ...table(['等待 Waits in', '角色 For', '范围 Of'], waits(process)),
    ...table(
      ['期限 Clock', '运行 Runs in', '到期 Then'],
      Object.entries(process.clocks).map(([name, { runs, takes }]) => [name, runs.join(', '), takes]),
    ),
  ];
};
const reactionRow = ({ name, on, refused }: Reaction): readonly string[] => [
  `\`${name}\``,
  [on].flat().join(', '),
  'nothing' in refused ? refused.nothing : '在来源上采取动作 · takes an action on the source',
];

/** Every table as a page: its diagram, who may do what, whom each state waits for, and what follows elsewhere. */
export const processesPage = (contexts: readonly Context[]): string =>
  [
    '# 流程 · Processes',
    '',
    '由登记处生成，勿手改 · Generated from the registry (`npm run generate`); never edited by hand.',
    ...contexts.flatMap((c) => c.processes).flatMap(chapter),
    '',
    '## 反应 · Reactions',
    ...table(['反应 Reaction', '事件 On', '被拒时 When refused'], contexts.flatMap((c) => c.reactions).map(reactionRow)),
    '',
  ].join('\n');
