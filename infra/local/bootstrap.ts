import { createInterface, type Interface } from 'node:readline/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import reactionMap from '../../contracts/generated/reactions.json' with { type: 'json' };
import { regions } from '../../contracts/roles.ts';
import { Organisation } from '../../contracts/organisation.ts';
import { contexts } from '../../functions/index.ts';
import { compose } from '../../shared/edge/compose.ts';
import { parse } from '../../shared/edge/parse.ts';
import { problemOf, RefusalError } from '../../shared/edge/refusal.ts';
import { foundAuthority, type Application } from './founding.ts';
import { unopenedLedger } from './ledger.ts';
import { FolderInUse, lockFolder } from './lock.ts';
import { accountsOn } from './openid/accounts.ts';
import { openState } from './openid/state.ts';
import { settingsOf, type Settings } from './settings.ts';
import { openStores, secretOf } from './stores.ts';

process.env['POWERTOOLS_METRICS_DISABLED'] ??= 'true';
process.env['POWERTOOLS_LOG_LEVEL'] ??= 'WARN';

const usage = `npm run bootstrap -- --name-zh 名称 --name-en NAME --region ${Object.keys(regions).join('|')} --credit-code CODE \\
  --admin "身份编号 person id,姓名 name,邮箱 email" --admin "…"`;

/** What was asked for cannot be done. Its message is for people, in both languages. */
class Unusable extends Error {}

const questions = [
  ['name-zh', '中文名称 / Name in Chinese'],
  ['name-en', '英文名称 / Name in English'],
  ['region', `行政区划代码 / Region (${Object.keys(regions).join(', ')})`],
  ['credit-code', '统一社会信用代码 / Unified social credit code'],
] as const;
const administratorsAsked = ['甲 / First administrator', '乙 / Second administrator'];

const argumentsGiven = () =>
  parseArgs({
    options: {
      'name-zh': { type: 'string' },
      'name-en': { type: 'string' },
      region: { type: 'string' },
      'credit-code': { type: 'string' },
      admin: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  }).values;

/** What the arguments leave open is asked at a terminal; elsewhere it is missing. */
const applicationAsked = async (given: ReturnType<typeof argumentsGiven>): Promise<Application> => {
  const terminal: Interface | undefined = process.stdin.isTTY
    ? createInterface({ input: process.stdin, output: process.stdout })
    : undefined;
  const ask = async (question: string): Promise<string> => {
    if (!terminal) throw new Unusable(usage);
    return (await terminal.question(`${question}: `)).trim();
  };
  try {
    const answers: Record<string, string> = {};
    for (const [name, question] of questions) answers[name] = given[name] ?? (await ask(question));
    const administrators = [...(given.admin ?? [])];
    for (const which of administratorsAsked.slice(administrators.length)) administrators.push(await ask(`管理员${which}: id,name,email`));
    return parse(Organisation.inputs.create, {
      name: { zh: answers['name-zh'], en: answers['name-en'] },
      type: 'DATA_AUTHORITY',
      region: answers['region'],
      creditCode: answers['credit-code'],
      administrators: administrators.map((line) => {
        const [person, name, email] = line.split(/[,，]/).map((part) => part.trim());
        return { person, name, email };
      }),
    });
  } finally {
    terminal?.close();
  }
};

/** A second founding is refused, so that a person who does not exist would shut everybody out for ever. */
const requireKnown = (folder: string, { administrators }: Application): void => {
  const state = openState(join(folder, 'openid'));
  try {
    const accounts = accountsOn(state);
    for (const { person } of administrators)
      if (!accounts.find(person)) throw new Unusable(`没有人以编号 ${person} 登记过。 / Nobody has registered with the id ${person}.`);
  } finally {
    state.close();
  }
};

const rounds = 10; // far more than a founding needs; what might be left is carried on when the host starts
const nowhere = async (): Promise<never> => {
  throw new Error('nothing is asked of a host that stands still');
};
/** Founds the authority on a host that stands still, and carries on what follows from it. */
const found = async (settings: Settings, application: Application): Promise<string> => {
  const now = (): Date => new Date(Date.now() + settings.offsetMs);
  const stores = await openStores(settings, () => now().getTime());
  try {
    const { records, door, belt } = compose({
      tables: stores.tables,
      blobs: stores.blobs,
      uploads: { open: nowhere },
      ledger: unopenedLedger,
      processes: contexts.flatMap((c) => c.processes),
      reactions: contexts.flatMap((c) => c.reactions),
      reactionMap,
      verify: nowhere,
      now,
      secret: secretOf(settings.folder),
      dispatch: nowhere,
      wake: () => undefined, // the sweep below finds it all
    });
    const id = await foundAuthority({ records, door }, application);
    for (let round = 0; round < rounds && (await belt.sweep()) > 0; round += 1);
    return id;
  } finally {
    await stores.close();
  }
};

const explain = (error: unknown): string => {
  if (!(error instanceof RefusalError)) return error instanceof Unusable || error instanceof FolderInUse ? error.message : String(error);
  const { code } = error.refused;
  if (code === 'already_exists' || code === 'key_reused')
    return '首个数据主管部门已设立，不能再次设立。 / The first authority has been founded already; it is done once.';
  const { detail } = problemOf(error, '');
  return [`${detail.zh} / ${detail.en}`, ...error.issues.map(({ path, message }) => `  ${path}: ${message}`)].join('\n');
};

try {
  const given = argumentsGiven();
  if (given.help === true) console.log(usage);
  else {
    const settings = settingsOf(process.env);
    const unlock = lockFolder(settings.folder);
    const application = await applicationAsked(given);
    requireKnown(settings.folder, application);
    const id = await found(settings, application);
    unlock();
    console.log(`已设立首个数据主管部门 ${id}，已记入公开账本。 / The first authority ${id} is founded; the ledger says so.`);
  }
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
