import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { SQSEvent } from 'aws-lambda';
import { openEngine } from '../../functions/sandbox/engine.ts';
import { sandbox } from '../../functions/sandbox/index.ts';
import { openParser } from '../../functions/sandbox/parser.ts';
import { openWorker } from '../../functions/sandbox/worker.ts';
import { ports, providePorts } from '../../shared/edge/ports.ts';
import { openS3Tags } from '../../shared/blobs/tags-s3.ts';
import { openTagScan } from '../../shared/vendor/guardduty.ts';
import { noScanner } from '../../shared/vendor/malware.ts';
import { setting, told } from './environment.ts';
import { portsFromEnvironment } from './ports.ts';

providePorts(portsFromEnvironment({ processes: sandbox.processes }));

const Message = z.strictObject({ kind: z.literal('job'), id: z.string().max(120) });
/** The bundles of the processes that do the work, which lie beside this one. */
const beside = (name: string): string => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
const engine = openEngine({ entry: beside('engine-process') });
const scan =
  told('malwareTags') === undefined
    ? noScanner
    : openTagScan({ tagOf: openS3Tags({ bucket: setting('objects'), region: setting('region') }) });
let parser: ReturnType<typeof openParser> | undefined;

/** Works on the jobs of the queue. It throws only where a job could not be read or ended: the queue brings it again, and so does its lease. */
export const handler = async ({ Records }: SQSEvent): Promise<void> => {
  parser ??= openParser();
  const { parse } = await parser;
  const work = openWorker(await ports(), { engine, parse, workspace: tmpdir(), scan, entries: { ingestion: beside('ingestion-process') } });
  for (const { body } of Records) await work(Message.parse(JSON.parse(body)));
};
