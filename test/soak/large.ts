import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { datasets } from '../../infra/local/demo/datasets.ts';
import { ask, assemble, assess, authorise, catalogue, list, load, trade } from '../../infra/local/journey/journey.ts';
import { embedded, question, type Material } from '../../infra/local/journey/material.ts';
import { freshFolder, startHost } from '../support/host.ts';
import { quiet } from '../support/trading.ts';
import type { Part } from './report.ts';

const megabyte = 1_000_000;
const most = 20_000_000;
const size = 200 * megabyte;
// The host holds no file, and the ingestion beside it streams: what they take does not grow with what they are given.
const mostOfHost = 700;
const watchMs = 100;

/** The trips of the city, generated until there are so many bytes of them; a megabyte at a time, as a file would be read. */
const trips = function* (): Generator<Buffer> {
  let bytes = 0;
  let rows: string[] = [];
  for (const row of datasets.trips(most)) {
    rows.push(row);
    if (rows.length < 16_384) continue;
    const chunk = Buffer.from(rows.join(''));
    rows = [];
    yield chunk;
    bytes += chunk.length;
    if (bytes >= size) return;
  }
};
const material: Material = { ...embedded, content: () => Readable.from(trips()) };

/** What a process and those it has started hold in memory now, in megabytes (proc(5)): the process itself, and the largest beneath it. */
const residentMegabytes = (pid: number): readonly [own: number, beneath: number] => {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return ''; // it has just ended
    }
  };
  const of = (id: string): number => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1] ?? 0) / 1000;
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter(Boolean),
  );
  return [of(String(pid)), Math.max(0, ...children.map(of))];
};

/** A large file goes through the host, and is asked, in memory that does not grow with it. */
export const large: Part = {
  name: 'large',
  run: async (report) => {
    if (process.platform !== 'linux') return report.notRun('a large file', 'memory is read from /proc');
    const { folder, remove } = freshFolder();
    const host = await startHost(folder);
    let [own, beneath] = [0, 0];
    const watch = async (signal: AbortSignal): Promise<void> => {
      for (; !signal.aborted; await pass(watchMs)) {
        const now = residentMegabytes(host.child.pid ?? 0);
        [own, beneath] = [Math.max(own, now[0]), Math.max(beneath, now[1])];
      }
    };
    const done = new AbortController();
    const watched = watch(done.signal);
    try {
      const cast = await assemble(host.origin);
      const resource = await catalogue(cast, material, quiet);
      const scenario = await assess(cast, material, await authorise(cast, material, resource, quiet), quiet);
      const started = performance.now();
      const dataset = await load(cast, material, scenario, resource, report.tell);
      report.tell(
        `${size / megabyte} MB uploaded, checked and loaded in ${((performance.now() - started) / 1000).toFixed(1)} s, as ${String(dataset.data['bytes'])} bytes of Parquet`,
      );
      const order = await trade(cast, await list(cast, material, scenario, dataset, quiet), quiet);
      const { result } = await ask(cast, String(order.data['entitlement']), question(material));
      report.tell(`a governed query over it released ${result.rows.length} rows`);
    } finally {
      done.abort();
      await watched;
      await host.kill('SIGTERM');
      remove();
    }
    report.tell(`peak RSS: the host ${own.toFixed(0)} MB, the largest process beneath it ${beneath.toFixed(0)} MB`);
    report.check(
      `a file of ${size / megabyte} MB is never held in the host's memory`,
      own < mostOfHost ? [] : [`the host took ${own.toFixed(0)} MB`],
    );
  },
};
