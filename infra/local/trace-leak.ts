import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ExportRequest } from '../../contracts/export.ts';
import { readCsv } from '../../functions/sandbox/csv-rows.ts';
import { fingerprintKey } from '../../functions/sandbox/fingerprint.ts';
import { trace, type Sheet, type Trace } from '../../functions/sandbox/tracing.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { listKey } from '../../shared/store/layout.ts';
import { openRecords, type Records } from '../../shared/store/records.ts';
import { settingsOf } from './settings.ts';
import { databaseFile, openStores, secretOf } from './stores.ts';

const usage = `用法 / Usage: npm run trace-leak -- --leaked FILE.csv --export ID [--contract ID]… [--map LEAKED=ORIGINAL]…

比对泄露文件与留存原件，逐一判断各需方的指纹。在主机上由主管部门运行（HARBOUR_FOLDER）。
Compares a leaked file with the original kept, for the fingerprint of each buyer. Run by the authority on the host (HARBOUR_FOLDER).

  --leaked FILE   泄露的CSV（UTF-8，首行为列名）/ the leaked CSV (UTF-8, with a header)
  --export ID     出域申请编号 / the export request
  --contract ID   另加的合同；原件相同的各申请之合同总在其列 / more contracts; those of every request for the same file are in it anyway
  --map A=B       泄露文件的列A即原件的列B / column A of the leaked file is column B of the original
退出码 / exit code: 0 已指认 / a buyer is named; 1 证据不足 / not told apart; 2 参数有误 / the arguments are at fault.`;

/** What was asked for cannot be done; the message is for people. */
class Unusable extends Error {}

type Request = Stored<typeof ExportRequest>;
type Examined = Extract<Request['data'], { readonly output: object }>;
const examinedOf = (record: Request | undefined): Examined | undefined =>
  record && 'output' in record.data && record.data.output !== undefined ? (record.data as Examined) : undefined;

const sheetOf = (text: string): Sheet => {
  const [header = [], ...rows] = readCsv(text);
  return { header, rows };
};
const renamedBy = (maps: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    maps.map((map) => {
      const at = map.indexOf('=');
      if (at <= 0) throw new Unusable(usage);
      return [map.slice(0, at).trim(), map.slice(at + 1).trim()];
    }),
  );

const page = 100;
/** All requests for the same file, whoever's: its region's list is read to the end. */
const sameFile = async (records: Records, region: string, digest: string): Promise<readonly Request[]> => {
  const same: Request[] = [];
  for (let after: string | undefined; ;) {
    const keys = [listKey('exportRequest', region)];
    const { entries, cursor } = await records.list({ index: 'kind', keys, limit: page, ...(after === undefined ? {} : { after }) });
    const refs = entries.map(({ pk }) => ({ kind: 'exportRequest', id: pk.slice(pk.indexOf('#') + 1) }));
    const found = (await records.getAll(refs)) as unknown as readonly (Request | undefined)[];
    same.push(...found.flatMap((one) => (one && examinedOf(one)?.output.digest === digest ? [one] : [])));
    if (cursor === undefined) return same;
    after = Buffer.from(cursor, 'base64url').toString();
  }
};

const line = ({ contract, matches, cells, expected, bound, named }: Trace, buyer: string | undefined): string => {
  const [zh, en] = named ? ['指认', 'named'] : ['未能区分', 'not told apart'];
  const whose = buyer === undefined ? '' : ` ${buyer}`;
  return `${contract}${whose}: ${matches}/${cells} 吻合 / match，随机预期 / by chance ${expected.toFixed(1)}，误指概率上限 / bound ${bound.toExponential(1)} — ${zh} / ${en}`;
};

const run = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      leaked: { type: 'string' },
      export: { type: 'string' },
      contract: { type: 'string', multiple: true, default: [] },
      map: { type: 'string', multiple: true, default: [] },
    },
  });
  const settings = settingsOf(process.env);
  if (values.leaked === undefined || values.export === undefined) throw new Unusable(usage);
  if (settings.dynamodb === undefined && !existsSync(databaseFile(settings.folder)))
    throw new Unusable(`没有数港数据 / No data of Data Harbour: ${settings.folder}`);
  const renamed = renamedBy(values.map);
  const leaked = sheetOf(readFileSync(values.leaked, 'utf8'));
  const stores = await openStores(settings, Date.now);
  try {
    const records = openRecords(stores.tables.records, { reactionsTo: () => [] });
    const [record] = (await records.getAll([{ kind: 'exportRequest', id: values.export }])) as unknown as readonly (Request | undefined)[];
    const file = examinedOf(record);
    const object = file && (await stores.blobs.get(file.output.object));
    if (!record || !object) throw new Unusable(`没有这一出域文件 / No such file: ${values.export}`);
    const original = sheetOf(Buffer.concat(await object.body.toArray()).toString());
    const requests = await sameFile(records, record.region, file.output.digest);
    const buyers = new Map(requests.map(({ data, party }) => [data.contract, party]));
    const secret = secretOf(settings.folder);
    const suspects = [...new Set([...buyers.keys(), ...values.contract])].map((contract) => ({
      contract,
      key: fingerprintKey(secret, contract),
    }));
    const { found, cells, unmarked, traces } = trace(original, leaked, file.output.columns, suspects, renamed);
    console.log(`找到原件中的 ${found} 行，可比数值 ${cells} 个，其中 ${unmarked} 个与未加指纹的原件一致。`);
    console.log(
      `${found} rows of the original were found, with ${cells} numbers to compare; ${unmarked} stand as in the unmarked original.`,
    );
    for (const one of traces) console.log(line(one, buyers.get(one.contract)));
    return traces.some(({ named }) => named);
  } finally {
    await stores.close();
  }
};

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  const isAsked = error instanceof Unusable || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  console.error(isAsked ? (error as Error).message : error);
  process.exitCode = 2;
}
