import { inspect } from 'node:util';
import { dynamodb } from './dynamodb.ts';
import { judge } from './judge.ts';
import { kills } from './kills.ts';
import { large } from './large.ts';
import { ledger } from './ledger.ts';
import { long } from './long.ts';
import { s3 } from './s3.ts';
import { schedules } from './schedules.ts';
import { seedOfRun, type Part, type Report } from './report.ts';

process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';
process.env['POWERTOOLS_LOG_LEVEL'] = 'SILENT';

const limitMinutes = 24;
const parts: readonly Part[] = [dynamodb, long, large, s3, judge, ledger, schedules, kills];
const wanted = process.argv.slice(2);

const started = performance.now();
const elapsed = (): string => `${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s`;
const tell = (line: string): void => console.log(`${elapsed()}  ${line}`);
let passed = 0;
let failed = 0;
const shown = 20;
const report: Report = {
  tell,
  check: (what, problems) => {
    if (problems.length === 0) passed += 1;
    else failed += 1;
    tell(`${problems.length === 0 ? 'passed' : 'FAILED'}  ${what}`);
    for (const problem of problems.slice(0, shown)) tell(`          ${problem}`);
    if (problems.length > shown) tell(`          and ${problems.length - shown} more`);
  },
  notRun: (what, why) => tell(`not run: ${what}: ${why}`),
};
const end = (): never => {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
};

setTimeout(() => {
  report.check('the soak is done in time', [`it took more than ${limitMinutes} minutes`]);
  end();
}, limitMinutes * 60_000).unref();

tell(
  `HARBOUR_SEED=${seedOfRun} repeats this run; names of parts after "npm run soak --" choose among: ${parts.map((p) => p.name).join(' ')}`,
);
for (const { name, run } of parts.filter((part) => wanted.length === 0 || wanted.includes(part.name))) {
  tell(`== ${name}`);
  try {
    await run(report);
  } catch (error) {
    report.check(`${name} ran to its end`, [inspect(error)]);
  }
}
end();
