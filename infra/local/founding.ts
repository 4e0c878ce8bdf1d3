import type * as z from 'zod';
import { Organisation } from '../../contracts/organisation.ts';
import { regions } from '../../contracts/roles.ts';
import type { Door } from '../../shared/edge/door.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import { listKey } from '../../shared/store/layout.ts';
import type { Records } from '../../shared/store/records.ts';

export type Application = z.output<(typeof Organisation)['inputs']['create']>;

const bootstrap = { type: 'system', id: 'bootstrap' } as const;
const page = 100;
// Anybody may apply before there is an authority; whoever has got further was let in by one.
const applying = new Set(['applied', 'rejected']);

/** Whether some organisation stands already, so that there is somebody to let in the others. */
export const isFounded = async (records: Records): Promise<boolean> => {
  const keys = Object.keys(regions).map((region) => listKey(Organisation.kind, region));
  for (let after: string | undefined; ;) {
    const { entries } = await records.list({ index: 'kind', keys, limit: page, ...(after === undefined ? {} : { after }) });
    if (entries.some(({ card }) => !applying.has((card as { status: string }).status))) return true;
    if (entries.length < page) return false;
    after = entries.at(-1)?.sort;
  }
};

/**
 * Founds the first data authority with its two administrators, through the door and in the ledger. One that was interrupted is carried on
 * when the same is asked again.
 * @returns the id of the authority
 * @throws RefusalError already_exists where somebody was let in before, and whatever the table of organisations refuses
 */
export const foundAuthority = async (
  { records, door }: { readonly records: Records; readonly door: Door },
  application: Application,
): Promise<string> => {
  if (await isFounded(records)) throw new RefusalError('already_exists');
  const { kind } = Organisation;
  const { record } = await door.act({ kind, action: 'create', input: application, actor: bootstrap, key: 'first-authority' });
  await door.act({ kind, action: 'found', id: record.id, input: {}, actor: bootstrap, key: 'first-authority/found' });
  return record.id;
};

/** What to do on a host on which there is nobody yet, in both languages. */
export const instructions = (origin: string): string => `
本机尚无任何单位。请按以下步骤设立首个数据主管部门：
  1. 两名管理员分别打开 ${origin} 登记并登录，记下各自的身份编号（页面或 ${origin}/v1/me 的 person 字段）；
  2. 停止本进程，运行 npm run bootstrap，按提示填写；也可用参数，见 npm run bootstrap -- --help；
  3. 再次启动。设立行为将记入公开账本。
There is no organisation here yet. To found the first data authority:
  1. its two administrators each open ${origin}, register and sign in, and note the id they are given (on the page, or "person" of ${origin}/v1/me);
  2. stop this process and run npm run bootstrap, which asks; for its arguments see npm run bootstrap -- --help;
  3. start again. The founding stands in the public ledger.
`;
