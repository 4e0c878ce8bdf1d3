import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
};
const megabytes = (id: string, field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(read(`/proc/${id}/status`))?.[1] ?? 0) / 1000;
const tasksOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

export type Child = {
  readonly pid: number;
  /** The file that it runs, without its folder. */
  readonly entry: string;
  /** The most that it has held in memory so far, in megabytes (proc(5), VmHWM). */
  readonly peak: number;
};

/** Whether memory can be watched here: it is read from /proc. */
export const canWatch = process.platform === 'linux';

/** What a process holds in memory now, in megabytes (proc(5), VmRSS). */
export const residentOf = (pid: number): number => megabytes(String(pid), 'VmRSS');

/** The processes that a process has started. */
export const childrenOf = (pid: number): readonly Child[] =>
  tasksOf(pid)
    .flatMap((task) => read(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter(Boolean))
    .map((id) => ({
      pid: Number(id),
      entry: /([\w.-]+\.[cm]?[jt]s)(?:\0|$)/.exec(read(`/proc/${id}/cmdline`))?.[1] ?? '',
      peak: megabytes(id, 'VmHWM'),
    }));
