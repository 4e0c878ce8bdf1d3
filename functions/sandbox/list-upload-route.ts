import { Nothing } from '../../contracts/fields.ts';
import type { JoinList } from '../../contracts/join-list.ts';
import type { Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { maxKeys } from './join-lists.ts';
import { listBytes } from './list-keys.ts';
import { attemptFolder, nextAttempt, quarantineKey } from './objects.ts';
import { visible } from './visible.ts';

const seconds = 900;

/** What was put up and not submitted makes room. */
export const listUploadRoute: Route = {
  method: 'POST',
  path: '/v1/join-lists/{id}/upload',
  operation: 'openListUpload',
  summary: [
    '获取名单上传地址（隔离区）；未提交的旧文件随之清除',
    'Where a buyer puts a list, one key a line, for a quarter of an hour; one that was put there and not submitted is removed',
  ],
  open: false,
  body: Nothing,
  refusals: ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state', 'invalid_input'],
  answers: async (call) => {
    parse(Nothing, call.body);
    const { actor, ports } = call;
    const record = await visible<Stored<typeof JoinList>>('joinList', call);
    if (record.owner !== actor.org || !actor.roles.includes('buyer.agent')) throw new RefusalError('not_permitted');
    if (record.status === 'checking' || record.status === 'retired')
      throw new RefusalError({ code: 'wrong_state', about: { status: record.status } });
    const attempt = nextAttempt(record);
    for (const key of await ports.blobs.list(attemptFolder(record.id, attempt))) await ports.blobs.remove(key);
    const place = await ports.uploads.open(quarantineKey(record.id, attempt, 1), seconds, listBytes);
    return { status: 200, body: { ...place, seconds, bytes: listBytes, keys: maxKeys } };
  },
};
