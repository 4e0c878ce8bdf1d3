import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statfsSync, statSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate, setTimeout as pass } from 'node:timers/promises';
import type { View } from '../../infra/local/journey/client.ts';
import { ask, assemble, assess, authorise, catalogue, examine, list, trade, type Cast } from '../../infra/local/journey/journey.ts';
import { question, type Material } from '../../infra/local/journey/material.ts';
import { freshFolder, startHost } from '../support/host.ts';
import { canWatch, childrenOf, residentOf } from '../support/memory.ts';
import { quiet } from '../support/trading.ts';
import type { Part, Report } from './report.ts';
import { tripBlocks, tripColumns } from './trip-blocks.ts';

const megabyte = 1_000_000;
const size = 5_000 * megabyte;
/**
 * What may be held in memory, in megabytes, however large the file. The host holds no file. The ingestion streams and spills: DuckDB may take
 * 1,000 MB, the process around it 600 MiB. A query may take 1,000 MB, the process around it 300 MiB.
 */
const most = { host: 700, ingestion: 1_630, query: 1_315 } as const;
/** As often the file may lie on the disk at once: in quarantine, beside the worker, and as what a sort puts aside. */
const copies = 4;
const waitSeconds = 600;
const partsAtOnce = 2;
const tries = 3;
const watchMs = 100;
const diskMs = 1_000;

const material: Material = {
  title: { zh: '城市出行流水', en: 'City trip chronicle' },
  fileName: 'trips.csv',
  header: tripColumns,
  content: () => Readable.from(tripBlocks(size)),
  dimensions: ['from_district', 'to_district'],
  measures: ['distance_km', 'fare_yuan'],
  entity: 'vehicle_id',
};
const layout = ['vehicle_id', 'from_district', 'to_district', 'payment'];

const sizeOf = (folder: string): number => {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    return 0; // a folder has just been removed
  }
};

/** Watches a host, until the answer is called, which tells the most that it and what it started took, in megabytes. */
const watch = (pid: number, folder: string) => {
  const peak = { host: 0, ingestion: 0, query: 0, disk: 0 };
  const done = new AbortController();
  const memory = async (): Promise<void> => {
    for (; !done.signal.aborted; await pass(watchMs)) {
      peak.host = Math.max(peak.host, residentOf(pid));
      for (const child of childrenOf(pid)) {
        const kind = child.entry.startsWith('ingestion') ? 'ingestion' : 'query';
        peak[kind] = Math.max(peak[kind], child.peak);
      }
    }
  };
  const disk = async (): Promise<void> => {
    for (; !done.signal.aborted; await pass(diskMs)) peak.disk = Math.max(peak.disk, sizeOf(folder) / megabyte);
  };
  const watched = Promise.all([memory(), disk()]);
  return async (): Promise<typeof peak> => {
    done.abort();
    await watched;
    return peak;
  };
};

type Place = { readonly url: string; readonly method: string; readonly headers: Record<string, string>; readonly partBytes: number };

/** The file as it is made, in pieces of some bytes; what else this process does goes on meanwhile. */
async function* inParts(bytes: number): AsyncGenerator<Buffer, void, undefined> {
  let part = Buffer.allocUnsafe(bytes);
  let filled = 0;
  for (const block of tripBlocks(size)) {
    await setImmediate();
    for (let taken = 0; taken < block.length;) {
      const copied = block.copy(part, filled, taken);
      taken += copied;
      filled += copied;
      if (filled < bytes) continue;
      yield part;
      part = Buffer.allocUnsafe(bytes);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

/** Puts the file in quarantine part by part, a few at a time, as its steward would, and says what was put. */
const uploadInParts = async ({ steward }: Cast, dataset: View): Promise<{ parts: number; bytes: number; digest: string }> => {
  const placeOf = (part: number) => steward.get<Place>(`/v1/datasets/${dataset.id}/upload?part=${part}`);
  const hash = createHash('sha256');
  const running = new Set<Promise<void>>();
  let [parts, bytes] = [0, 0];
  const put = async (part: number, body: Buffer, tried = 1): Promise<void> => {
    try {
      const { url, method, headers } = await placeOf(part);
      // Not by fetch, which copies a body before it sends it.
      const upload = request(url, { method, headers: { ...headers, 'content-length': body.length } }).end(body);
      const [response] = (await once(upload, 'response')) as [IncomingMessage];
      response.resume();
      if (response.statusCode !== 200) throw new RangeError(`part ${part} was not taken: ${response.statusCode}`);
    } catch (error) {
      // A connection may be closed while the next part is being made. A part that broke off left nothing, and is put again.
      if (error instanceof RangeError || tried >= tries) throw error;
      await put(part, body, tried + 1);
    }
  };
  for await (const body of inParts((await placeOf(1)).partBytes)) {
    parts += 1;
    bytes += body.length;
    const sent = put(parts, body).finally(() => running.delete(sent));
    running.add(sent);
    hash.update(body);
    if (running.size >= partsAtOnce) await Promise.race(running);
  }
  await Promise.all(running);
  return { parts, bytes, digest: `sha256:${hash.digest('hex')}` };
};

/** The file is deposited, examined and loaded; each step is told with its time. */
const load = async (cast: Cast, scenario: View, resource: View, report: Report): Promise<View> => {
  let started = performance.now();
  const lap = (what: string): void => {
    report.tell(`${what} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    started = performance.now();
  };
  const dataset = await cast.agent.create('datasets', { scenario: scenario.id, resource: resource.id, layout });
  const put = await uploadInParts(cast, dataset);
  lap(`${(put.bytes / megabyte).toFixed(0)} MB uploaded in ${put.parts} parts`);
  await cast.steward.act(dataset, 'datasets', 'deposit', { fileName: material.fileName, ...put });
  const loaded = await examine(cast, dataset, waitSeconds);
  if (loaded.status !== 'loaded') throw new Error(`the file was refused: ${JSON.stringify(loaded.data['fault'])}`);
  lap(`${String(loaded.data['rows'])} rows inspected, approved and loaded, sorted, as ${String(loaded.data['bytes'])} bytes of Parquet`);
  return loaded;
};

/** A file of five gigabytes goes through the host, and is asked, in memory that does not grow with it. */
export const large: Part = {
  name: 'large',
  run: async (report) => {
    const what = `a file of ${size / megabyte} MB`;
    if (!canWatch) return report.notRun(what, 'memory is read from /proc');
    const { bavail, bsize } = statfsSync(tmpdir());
    if (bavail * bsize < copies * size)
      return report.notRun(
        what,
        `it needs ${(copies * size) / megabyte} MB in ${tmpdir()}, where ${Math.floor((bavail * bsize) / megabyte)} are free`,
      );
    const { folder, remove } = freshFolder();
    const host = await startHost(folder);
    const peaks = watch(host.child.pid ?? 0, folder);
    try {
      const cast = await assemble(host.origin);
      const resource = await catalogue(cast, material, quiet);
      const scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
      const dataset = await load(cast, scenario, resource, report);
      const order = await trade(cast, await list(cast, material, scenario, dataset, quiet), quiet);
      const started = performance.now();
      const { result } = await ask(cast, String(order.data['entitlement']), question(material));
      report.tell(`a governed query over it released ${result.rows.length} rows in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      report.check('the query over it released its ten largest cells', result.rows.length === 10 ? [] : [`${result.rows.length} rows`]);
    } finally {
      const peak = await peaks();
      await host.kill('SIGTERM');
      remove();
      const told = Object.entries(most).map(([name, limit]) => `${name} ${peak[name as keyof typeof most].toFixed(0)} of ${limit}`);
      report.tell(`peak memory in MB: ${told.join(', ')}; disk ${peak.disk.toFixed(0)} MB`);
      for (const name of Object.keys(most) as readonly (keyof typeof most)[])
        report.check(
          `${what} is worked on in at most ${most[name]} MB of memory: ${name}`,
          peak[name] < most[name] ? [] : [`it took ${peak[name].toFixed(0)} MB`],
        );
    }
  },
};
