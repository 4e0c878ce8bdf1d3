import * as z from 'zod';
import { Nothing } from '../../contracts/fields.ts';
import type { Dataset } from '../../contracts/sandbox.ts';
import type { Call, Route } from '../../shared/edge/context.ts';
import { parse } from '../../shared/edge/parse.ts';
import { RefusalError } from '../../shared/edge/refusal.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { attemptFolder, nextAttempt, placeIn, quarantineKey } from './objects.ts';
import { visible } from './visible.ts';

const seconds = 900;
const bytes = 6_000_000_000;
const partBytes = 64 * 1024 * 1024;
const PartQuery = z.strictObject({
  part: z.coerce
    .number()
    .int()
    .min(1)
    .max(Math.ceil(bytes / partBytes))
    .default(1),
});

/** The dataset that awaits a file of the caller. @throws RefusalError not_found, not_permitted, wrong_state */
const awaited = async (call: Call): Promise<Stored<typeof Dataset>> => {
  const record = await visible<Stored<typeof Dataset>>('dataset', call);
  if (record.party !== call.actor.org || !call.actor.roles.includes('source.steward')) throw new RefusalError('not_permitted');
  if (record.status !== 'requested' && record.status !== 'refused')
    throw new RefusalError({ code: 'wrong_state', about: { status: record.status } });
  return record;
};
const keysThere = async (record: Stored<typeof Dataset>, { ports }: Call): Promise<readonly string[]> =>
  ports.blobs.list(attemptFolder(record.id, nextAttempt(record)));

const refusals = ['unauthenticated', 'not_found', 'not_permitted', 'wrong_state'] as const;

export const uploadRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/datasets/{id}/upload',
    operation: 'getUploadPlace',
    summary: [
      '获取上传地址（隔离区）',
      'Where the source puts the file, or a part of it: a place in quarantine, for a quarter of an hour; and which parts lie there already',
    ],
    open: false,
    query: PartQuery,
    refusals: [...refusals, 'invalid_input'],
    answers: async (call) => {
      const { part } = parse(PartQuery, call.query);
      const record = await awaited(call);
      // A whole file may go to the first place.
      const limit = part === 1 ? bytes : partBytes;
      const place = await call.ports.uploads.open(quarantineKey(record.id, nextAttempt(record), part), seconds, limit);
      const parts = (await keysThere(record, call)).map((key) => placeIn(key).part);
      return { status: 200, body: { ...place, seconds, bytes, partBytes, part, parts } };
    },
  },
  {
    method: 'POST',
    path: '/v1/datasets/{id}/upload/discard',
    operation: 'discardUpload',
    summary: ['清除未完成的上传', 'Removes the parts that were put for a deposit that has not been made, so that another file can be put'],
    open: false,
    body: Nothing,
    refusals: [...refusals, 'invalid_input'],
    answers: async (call) => {
      parse(Nothing, call.body);
      const record = await awaited(call);
      for (const key of await keysThere(record, call)) await call.ports.blobs.remove(key);
      return { status: 200, body: { parts: [] } };
    },
  },
];
