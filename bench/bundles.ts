import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { contexts } from '../functions/index.ts';
import { bundle, root, settings } from '../infra/bundle.ts';

/**
 * What a context adds to its Lambda function: KB over the bundle of its bare stack, and how much longer it takes to import. DESIGN §9: at
 * most 250 KB, and 1.3 times. Each import is a fresh process; bare and context take turns, so that a busy machine slows both.
 */
const rounds = 9;
const most = { kb: 250, ratio: 1.3 };

/** What every function would hold if the platform were nothing: the HTTP stack, the schemas, the log, the clients of tables and objects. */
const bare = `
export { default as middy } from '@middy/core';
export { default as headers } from '@middy/http-header-normalizer';
export { default as bodies } from '@middy/http-json-body-parser';
export { default as router } from '@middy/http-router';
export { default as security } from '@middy/http-security-headers';
export { Logger } from '@aws-lambda-powertools/logger';
export { Metrics } from '@aws-lambda-powertools/metrics';
export { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
export { BatchGetCommand, DynamoDBDocumentClient, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
export { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
export const shape = z.strictObject({ id: z.string() });`;

const script = 'const from = performance.now(); await import(process.argv[1]); console.log(performance.now() - from);';
const importMs = (file: string): number =>
  Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script, pathToFileURL(file).href], { encoding: 'utf8' }));
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const kbOf = (file: string): number => statSync(file).size / 1024;

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
try {
  const base = join(folder, 'bare', 'index.mjs');
  buildSync({ ...settings, stdin: { contents: bare, resolveDir: root, sourcefile: 'bare.ts', loader: 'ts' }, outfile: base });
  console.log(
    `bare stack: ${kbOf(base).toFixed(0)} KB, imported in ${median(Array.from({ length: rounds }, () => importMs(base))).toFixed(0)} ms`,
  );
  for (const { name } of contexts) {
    const file = join(folder, name, 'index.mjs');
    bundle({ context: name }, join(folder, name));
    const pairs = Array.from({ length: rounds }, () => [importMs(base), importMs(file)] as const);
    const added = kbOf(file) - kbOf(base);
    const ratio = median(pairs.map(([alone, whole]) => whole / alone));
    const verdict = added <= most.kb && ratio <= most.ratio ? 'within' : 'ABOVE';
    console.log(
      `${name.padEnd(14)} ${kbOf(file).toFixed(0)} KB  +${added.toFixed(0)} KB of ${most.kb}  import ${ratio.toFixed(2)} x of ${most.ratio}  ${verdict}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
