import { join } from 'node:path';
import type { Check, ExportRequest } from '../../contracts/export.ts';
import { canonical } from '../../shared/kernel/canonical.ts';
import { digest } from '../../shared/kernel/digest.ts';
import type { Stored } from '../../shared/kernel/process.ts';
import { atomLimits, compareFile } from './comparing.ts';
import { askedOf } from './differences.ts';
import type { Limits } from './engine.ts';
import { checksOf, exportLimits } from './export-checks.ts';
import { layOut } from './export-file.ts';
import { openFindLists } from './find-lists.ts';
import { compile } from './gate.ts';
import { groundsOf } from './grounds.ts';
import { entitiesKey, exportKey, exportRelease } from './objects.ts';
import { printUnsuppressed } from './printing.ts';
import { identityOf, openReleases, settled } from './releases.ts';
import { openRun } from './running.ts';
import type { Task, Tools } from './task.ts';

const megabyte = 1_000_000;
const limits: Limits = {
  deadlineMs: 60_000,
  memoryBytes: 1_000 * megabyte,
  threads: 2,
  rows: exportLimits.rows,
  bytes: 32 * megabyte,
};

/**
 * Makes the file of an export request and looks into it before any person does. Its place in the memory of releases is taken before anything
 * is run and counts as released until it is refused, so that questions asked meanwhile are compared with it already. @returns the outcome of
 * the job
 */
export const examine = async (task: Task, { engine, parse }: Pick<Tools, 'engine' | 'parse'>): Promise<string> => {
  const { one, act, subject, blobs } = task;
  const request = await one<Stored<typeof ExportRequest>>(subject);
  const refuse = async (code: string, checks?: readonly Check[]): Promise<string> => {
    await act(subject, 'refuse', { code, ...(checks ? { checks } : {}) });
    return code;
  };
  const { rule, weak, source, held, ruleVersion } = await groundsOf(one, request.data.entitlement);
  if (weak || rule.privacy) return refuse('export_under_privacy');
  if (!held) return refuse('dataset_not_live');
  const { object: rows, columns, root: resource } = held;
  const wide = { ...rule, maxRows: exportLimits.rows };
  const compiled = await compile(request.data.sql, wide, columns, parse, openFindLists(task, request.data.entitlement, rows));
  if ('refused' in compiled) return refuse(compiled.refused);
  const path = join(task.folder, 'data.parquet');
  if (!(await task.fetch(rows, path))) return refuse('query_failed');

  const form = settled(compiled.form);
  const asked = { ...askedOf(form, rule), whole: true } as const;
  const identity = digest(canonical({ file: identityOf(form, rule, rows) }));
  const releases = openReleases(task.memory);
  const { place, before } = await releases.reserve(resource, exportRelease(subject.id), identity, asked);
  // Refused before it had its place, it would hold that for ever; refused from now on, who hears of it gives it back.
  const { status } = await one<Stored<typeof ExportRequest>>(subject);
  if (status === 'rejected') await releases.settle(resource, place, { status: 'refused' });
  if (status !== 'checking') return 'subject_moved_on';
  const { signal, stop } = task.watch('checking', { kind: 'entitlement', id: request.data.entitlement });
  const run = openRun(task, { engine, resource, data: path, limits, signal });
  const { answer, compared } = await (async () => ({
    answer: await run(printUnsuppressed(form, { rule: wide, columns }), [form.where]),
    compared: await compareFile(asked, before, (sql, conditions) => run(sql, conditions, atomLimits)),
  }))().finally(stop);
  if ('refused' in answer) return refuse(answer.refused);

  const file = layOut(form, answer);
  const isPersonal = columns.some(({ personal }) => personal !== null);
  const checks = checksOf({ file, rule, isPersonal, ...compared });
  if (checks.some(({ level }) => level === 'BLOCK')) return refuse('export_blocked', checks);
  const text = Buffer.from(file.csv);
  const object = exportKey(subject.id, digest(text));
  const stored = await blobs.put(object, text);
  await blobs.put(entitiesKey(object), Buffer.from(JSON.stringify(file.entities)));
  await act(subject, 'pass', {
    checks,
    output: { object, digest: stored.digest, bytes: stored.size, rows: file.entities.length, columns: file.columns },
    ruleVersion,
    minEntities: rule.minEntities,
    dominancePercent: rule.dominancePercent,
    ...(isPersonal && source.party !== undefined ? { institution: source.party } : {}),
  });
  return 'checked';
};
