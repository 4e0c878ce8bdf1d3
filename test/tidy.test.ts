import { describe, expect, it } from '@jest/globals';
import { generated } from '../infra/generate.ts';
import { importsOf, isCode, projectTree, tampered, uncommented, type Import, type Tree } from './support/tree.ts';

type Check = (tree: Tree) => readonly string[];
const codeOf = (tree: Tree): readonly (readonly [path: string, text: string])[] => [...tree].filter(([path]) => isCode(path));

// who may import whom

const builtin = /^node:/;
const anything = /^/;
const pure = /^functions\/(?<own>\w+)\/(?:[\w-]+\.process|rules|views)\.ts$/;
const lower = [/^contracts\//, /^shared\/kernel\//];
/** `typed` may be imported for its types only: the shapes of contracts are told by zod, so their rules name its types. */
type Room = {
  readonly files: RegExp;
  readonly may: readonly RegExp[];
  readonly typed?: readonly RegExp[];
  readonly packages: readonly RegExp[];
};
/** The table of DESIGN §3. The first room that a file is in decides; `{own}` is the context or the room that the file belongs to. */
const rooms: readonly Room[] = [
  { files: /^contracts\//, may: [/^contracts\//], packages: [/^zod$/] },
  { files: /^shared\/kernel\/digest\.ts$/, may: lower, packages: [/^zod$/, /^node:crypto$/] },
  // RFC 8785 by a library that is as pure as the kernel
  { files: /^shared\/kernel\/canonical\.ts$/, may: lower, packages: [/^canonicalize$/] },
  { files: /^shared\/kernel\//, may: lower, packages: [/^zod$/] },
  { files: /^shared\/edge\//, may: [/^shared\//, /^contracts\//], packages: [anything] },
  { files: /^shared\/(?:store|blobs|vendor)\//, may: [...lower, /^shared\/{own}\//], packages: [anything] },
  { files: /^functions\/index\.ts$/, may: [/^functions\/\w+\/index\.ts$/, /^shared\/edge\/context\.ts$/], packages: [] },
  { files: pure, may: [...lower, /^functions\/{own}\//], typed: [/^zod$/], packages: [] },
  { files: /^functions\/\w+\//, may: [/^contracts\//, /^shared\//, /^functions\/{own}\//], packages: [builtin, /^zod$/, /^@duckdb\//] },
  { files: /^infra\//, may: [/^infra\//, /^functions\//, /^shared\//, /^contracts\//], packages: [anything] },
  { files: /^portal\//, may: [/^portal\//, /^verifier\/[\w-]+\.js$/], packages: [] },
  // It proves the others' work and shares none of it.
  { files: /^verifier\//, may: [/^verifier\//], packages: [builtin] },
  {
    files: /^bench\//,
    may: [/^bench\//, /^infra\//, /^functions\//, /^shared\//, /^contracts\//, /^test\/support\//],
    packages: [anything],
  },
  { files: /^test\//, may: [anything], packages: [anything] },
];
const ownOf = (path: string): string => path.split('/')[1] ?? '';
const allows = (room: Room, path: string, { target, isFile, typesOnly }: Import): boolean => {
  const allowed = [...(isFile ? room.may : room.packages), ...(typesOnly ? (room.typed ?? []) : [])];
  return allowed.some(({ source }) => new RegExp(source.replace('{own}', ownOf(path))).test(target));
};
const imports: Check = (tree) =>
  codeOf(tree).flatMap(([path, text]) => {
    const room = rooms.find(({ files }) => files.test(path));
    if (!room) return [`${path}: in no room`];
    return importsOf(path, text)
      .filter((one) => !allows(room, path, one))
      .map(({ target }) => `${path}: imports ${target}`);
  });
const absent: Check = (tree) =>
  codeOf(tree)
    .filter(([path]) => !/^(?:infra|test|bench)\//.test(path))
    .flatMap(([path, text]) => importsOf(path, text).map((one) => [path, one] as const))
    .filter(([, { target, isFile }]) => isFile && !tree.has(target))
    .map(([path, { target }]) => `${path}: imports ${target}, which is not there`);

// names, purity, promises

const vague = /(?:^|[^a-z])(?:util|helper|common|manager|service)s?(?![a-z])/i;
/** A name's words apart, so that `orderService` is found and `serviceable` is not. */
const apart = (path: string): string => path.replaceAll(/([a-z])([A-Z])/g, '$1-$2');
const names: Check = (tree) => [...tree.keys()].filter((path) => vague.test(apart(path))).map((path) => `${path}: its name says nothing`);

const outside =
  /\bDate\.now\b|\bnew Date(?:\(\)|(?!\())|\bDate\(\)|\bprocess\.(?:env|hrtime|argv|cwd)\b|\bperformance\.|\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\basync\b|\bawait\b|\bPromise\b|\bfetch\(|\bconsole\.|\bimport\(/;
/** The pure files, and what they reach in their own folder when they run. */
const pureFiles = (tree: Tree): ReadonlySet<string> => {
  const reached = new Set(
    [...tree.keys()].filter((path) => isCode(path) && (/^contracts\/|^shared\/kernel\//.test(path) || pure.test(path))),
  );
  for (const path of reached)
    for (const { target, isFile, typesOnly } of importsOf(path, tree.get(path) ?? ''))
      if (isFile && !typesOnly && tree.has(target) && isCode(target)) reached.add(target);
  return reached;
};
/** What computes and nothing else, by who may hold it. */
const harmless: Readonly<Record<string, string>> = {
  'shared/kernel/digest.ts': 'node:crypto',
  'shared/kernel/canonical.ts': 'canonicalize',
};
const purity: Check = (tree) =>
  [...pureFiles(tree)].flatMap((path) => {
    const text = tree.get(path) ?? '';
    const found = outside.exec(uncommented(text))?.[0];
    const held = importsOf(path, text).filter(
      ({ isFile, typesOnly, target }) => !isFile && !typesOnly && target !== 'zod' && target !== harmless[path],
    );
    return [...(found === undefined ? [] : [`${path}: ${found}`]), ...held.map(({ target }) => `${path}: imports ${target}`)];
  });

// in halves, so that this file does not hold what it looks for
const whole = (...parts: readonly string[]): string => parts.join('');
const marks = [whole('TO', 'DO'), whole('FIX', 'ME'), whole('XX', 'X'), whole('HA', 'CK')];
const promise = new RegExp(`\\b(?:${marks.join('|')})\\b`);
const promises: Check = (tree) =>
  codeOf(tree)
    .filter(([, text]) => promise.test(text))
    .map(([path]) => `${path}: promises`);
const quieters = ['oxlint-disXable', 'eslint-disXable', '@ts-Xignore', '@ts-expect-Xerror', '@ts-noXcheck'].map((line) =>
  line.replace('X', ''),
);
const silenced: Check = (tree) =>
  codeOf(tree)
    .filter(([, text]) => quieters.some((line) => text.includes(line)))
    .map(([path]) => `${path}: silences a judge`);

// sizes

const mostLines = 400;
const lengths: Check = (tree) =>
  codeOf(tree)
    .filter(([, text]) => text.trimEnd().split('\n').length > mostLines)
    .map(([path]) => `${path}: longer than ${mostLines} lines`);

type Lint = { readonly rules?: Readonly<Record<string, unknown>>; readonly overrides?: readonly { readonly files: readonly string[] }[] };
const longestFunction = 70;
const functionLength: Check = (tree) => {
  const { rules = {}, overrides = [] } = JSON.parse(tree.get('.oxlintrc.json') ?? '{}') as Lint;
  const [level, limit] = [rules['eslint/max-lines-per-function']].flat() as [string?, { max?: number }?];
  const strict = level === 'error' && (limit?.max ?? Infinity) <= longestFunction;
  const excused = overrides.flatMap(({ files }) => files).filter((files) => files !== 'test/**');
  return [
    ...(strict ? [] : [`.oxlintrc.json: functions may be longer than ${longestFunction} lines`]),
    ...excused.map((files) => `.oxlintrc.json: excuses ${files}`),
  ];
};
// the registry, generated files, versions

const contextOf = (path: string): string | undefined => /^functions\/([^/]+)\//.exec(path)?.[1];
const registry: Check = (tree) => {
  const text = tree.get('functions/index.ts') ?? '';
  const listed = new Set(/contexts[^=]*= \[([^\]]*)\]/.exec(text)?.[1]?.match(/\w+/g));
  const folders = new Set([...tree.keys()].map(contextOf).filter((name) => name !== undefined));
  return [...folders].flatMap((name) => [
    ...['index.ts', 'lambda.ts'].filter((file) => !tree.has(`functions/${name}/${file}`)).map((file) => `functions/${name}: no ${file}`),
    ...(listed.has(name) && text.includes(`'./${name}/index.ts'`) ? [] : [`functions/${name}: not in the registry`]),
  ]);
};

const derived = generated();
const place = 'contracts/generated/';
const fresh: Check = (tree) =>
  Object.entries(derived)
    .filter(([name, text]) => tree.get(place + name) !== text)
    .map(([name]) => `${place}${name}: not what the registry says (npm run generate)`);
const derivedOnly: Check = (tree) =>
  [...tree.keys()]
    .filter((path) => path.startsWith(place) && !(path.slice(place.length) in derived))
    .map((path) => `${path}: generated by nothing`);

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const pinned: Check = (tree) => {
  const manifest = JSON.parse(tree.get('package.json') ?? '{}') as Manifest;
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides']
    .flatMap((part) => Object.entries(manifest[part] ?? {}))
    .filter(([, version]) => !exact.test(version))
    .map(([name, version]) => `package.json: ${name} at ${version}`);
};

const project = projectTree();
/** What is broken on purpose is freshly generated, so that one stale file is told once. */
const tree = tampered(project, Object.fromEntries(Object.entries(derived).map(([name, text]) => [place + name, text])));
const textOf = (path: string): string => {
  const text = tree.get(path);
  if (text === undefined) throw new RangeError(`no ${path}`);
  return text;
};
type Changes = Readonly<Record<string, string | undefined>>;
/** A file with a line put before its first. */
const headed = (path: string, line: string): Changes => ({ [path]: `${line}\n${textOf(path)}` });
const replaced = (path: string, from: string, to: string): Changes => {
  const text = textOf(path);
  if (!text.includes(from)) throw new RangeError(`${path} does not say ${from}`);
  return { [path]: text.replace(from, to) };
};

/** A rule, and for each way to break it what is done to the tree and where that is found. */
type Rule = readonly [says: string, check: Check, breakings: readonly (readonly [how: string, changes: Changes, found: string])[]];
const rules: readonly Rule[] = [
  [
    'every file imports only what its room may',
    imports,
    [
      [
        'a contract that imports the kernel',
        headed('contracts/trade.ts', "import { digest } from '../shared/kernel/digest.ts';"),
        'contracts/trade.ts',
      ],
      ['a contract that imports Node', headed('contracts/trade.ts', "import { join } from 'node:path';"), 'contracts/trade.ts'],
      [
        'a kernel that imports the store',
        headed('shared/kernel/live.ts', "import type { Table } from '../store/table.ts';"),
        'shared/kernel/live.ts',
      ],
      [
        'hashing in the kernel but not in its digest',
        headed('shared/kernel/live.ts', "import { createHash } from 'node:crypto';"),
        'shared/kernel/live.ts',
      ],
      [
        'a store that imports the edge',
        headed('shared/store/table.ts', "import type { Ports } from '../edge/ports.ts';"),
        'shared/store/table.ts',
      ],
      [
        'an edge that imports a context',
        headed('shared/edge/actor.ts', "import type { trade } from '../../functions/trade/index.ts';"),
        'shared/edge/actor.ts',
      ],
      [
        'an edge that imports the registry',
        headed('shared/edge/door.ts', "import { contexts } from '../../functions/index.ts';"),
        'shared/edge/door.ts',
      ],
      [
        'one context that imports another',
        headed('functions/trade/reactions.ts', "import { split } from '../settlement/split.ts';"),
        'functions/trade/reactions.ts',
      ],
      [
        'one context that names a type of another',
        headed('functions/trade/rules.ts', "import type { Account } from '../settlement/posting.ts';"),
        'functions/trade/rules.ts',
      ],
      [
        'a context that imports the registry',
        headed('functions/trade/lambda.ts', "import { contexts } from '../index.ts';"),
        'functions/trade/lambda.ts',
      ],
      [
        'a table that imports the store',
        headed('functions/trade/order.process.ts', "import { listKey } from '../../shared/store/layout.ts';"),
        'functions/trade/order.process.ts',
      ],
      [
        'a table that builds shapes of its own',
        headed('functions/trade/order.process.ts', "import * as z from 'zod';"),
        'functions/trade/order.process.ts',
      ],
      [
        'a context that imports an SDK',
        headed('functions/trade/reactions.ts', "import { S3Client } from '@aws-sdk/client-s3';"),
        'functions/trade/reactions.ts',
      ],
      [
        'an import at run time',
        headed('functions/trade/lambda.ts', "const other = await import('../settlement/index.ts');"),
        'functions/trade/lambda.ts',
      ],
      [
        'a host that imports a test',
        headed('infra/local/host.ts', "import { freshFolder } from '../../test/support/host.ts';"),
        'infra/local/host.ts',
      ],
      ['a page that imports a contract', headed('portal/api.js', "import { words } from '../contracts/words.ts';"), 'portal/api.js'],
      ['a page that imports a package', headed('portal/api.js', "import * as z from 'zod';"), 'portal/api.js'],
      ['a file in no room', { 'functions/stray.ts': '' }, 'functions/stray.ts'],
    ],
  ],
  [
    'what is imported is there',
    absent,
    [['an import of nothing', headed('shared/edge/actor.ts', "import './nowhere.ts';"), 'shared/edge/actor.ts']],
  ],
  [
    'files and folders are named with the nouns of the field',
    names,
    [
      ...['utils', 'helper', 'common', 'manager', 'service'].map(
        (name) => [name, { [`shared/${name}/money.ts`]: '' }, `shared/${name}`] as const,
      ),
      ['a word within a name', { 'functions/trade/orderService.ts': '' }, 'functions/trade/orderService.ts'],
    ],
  ],
  [
    'pure files hold no clock, environment, SDK, promise or randomness',
    purity,
    [
      ...[
        'const now = Date.now();',
        'const now = new Date();',
        "const region = process.env['REGION'];",
        'const dice = Math.random();',
        'const id = randomUUID();',
        'const salt = randomBytes(8);',
        'setTimeout(() => {}, 1);',
        'const later = async () => {};',
        'const later = Promise.resolve();',
      ].flatMap((line) =>
        ['contracts/trade.ts', 'shared/kernel/live.ts', 'functions/trade/order.process.ts', 'functions/trade/rules.ts'].map(
          (path) => [`${line} in ${path}`, headed(path, line), path] as const,
        ),
      ),
      [
        'impurity behind a file of the same folder',
        {
          ...headed('functions/trade/rules.ts', "import { hour } from './hour.ts';"),
          'functions/trade/hour.ts': 'export const hour = () => new Date().getHours();',
        },
        'functions/trade/hour.ts',
      ],
      [
        'an SDK behind a file of the same folder',
        {
          ...headed('functions/trade/rules.ts', "import { file } from './file.ts';"),
          'functions/trade/file.ts': "import * as file from 'node:fs';\nexport { file };",
        },
        'functions/trade/file.ts',
      ],
    ],
  ],
  [
    'nothing is promised in code',
    promises,
    marks.map((mark) => [mark, headed('shared/edge/door.ts', `// ${mark}: later`), 'shared/edge/door.ts']),
  ],
  ['no judge is silenced', silenced, quieters.map((line) => [line, headed('shared/edge/door.ts', `// ${line}`), 'shared/edge/door.ts'])],
  [
    `no file is longer than ${mostLines} lines`,
    lengths,
    [['a long file', { 'functions/trade/long.ts': 'export {};\n'.repeat(mostLines + 1) }, 'functions/trade/long.ts']],
  ],
  [
    `the lint holds every function to ${longestFunction} lines`,
    functionLength,
    [
      ['the rule gone', replaced('.oxlintrc.json', 'eslint/max-lines-per-function', 'eslint/max-lines'), '.oxlintrc.json'],
      ['the rule softened', replaced('.oxlintrc.json', '"max": 70', '"max": 170'), '.oxlintrc.json'],
      ['a room excused', replaced('.oxlintrc.json', '"test/**"', '"test/**", "infra/**"'), '.oxlintrc.json'],
    ],
  ],
  [
    'every context has its Lambda and its line in the registry',
    registry,
    [
      ['a folder without anything', { 'functions/demand/rules.ts': '' }, 'functions/demand'],
      ['no Lambda', { 'functions/trade/lambda.ts': undefined }, 'functions/trade'],
      ['imported, not listed', replaced('functions/index.ts', '  trade,\n', ''), 'functions/trade'],
      ['not imported', replaced('functions/index.ts', "'./trade/index.ts'", "'./listing/index.ts'"), 'functions/trade'],
    ],
  ],
  [
    'what is generated is fresh',
    fresh,
    Object.keys(derived).flatMap((name) => [
      [`${name} by hand`, headed(place + name, ' '), place + name] as const,
      [`${name} gone`, { [place + name]: undefined }, place + name] as const,
    ]),
  ],
  ['nothing stands among what is generated but what is', derivedOnly, [['a stranger', { [`${place}notes.md`]: '' }, `${place}notes.md`]]],
  [
    'every version is exact',
    pinned,
    ['^4.6.7', '~4.6.7', 'latest', '4', '*', 'github:a/b'].map((version) => [
      version,
      replaced('package.json', '"zod": "4.6.7"', `"zod": "${version}"`),
      'package.json: zod',
    ]),
  ],
];

describe.each(rules)('%s', (_says, check, breakings) => {
  it('holds', () => {
    expect(check(project)).toEqual([]);
  });
  const findings = check(tree);
  it.each(breakings)('is seen broken by %s', (_how, changes, found) => {
    const news = check(tampered(tree, changes)).filter((finding) => !findings.includes(finding));
    expect(news.filter((finding) => finding.startsWith(found))).not.toEqual([]);
  });
});

it('there are contexts, pure files and imports to judge', () => {
  const reached = pureFiles(tree);
  expect(reached).toContain('functions/trade/rules.ts');
  expect(reached).toContain('shared/kernel/decide.ts');
  expect(importsOf('functions/trade/index.ts', textOf('functions/trade/index.ts')).map(({ target }) => target)).toContain(
    'functions/trade/order.process.ts',
  );
  expect(Object.keys(derived).toSorted()).toEqual([
    'entry.schema.json',
    'events.schema.json',
    'openapi.json',
    'portal.json',
    'processes.md',
    'reactions.json',
  ]);
});
