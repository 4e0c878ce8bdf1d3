import { fileURLToPath } from 'node:url';
import { buildSync, type BuildOptions } from 'esbuild';

export const root = fileURLToPath(new URL('../', import.meta.url));

/** The code of a function: the API of one context, or a file of `infra/aws` with the processes that lie beside it. */
export type Code = { readonly context: string } | { readonly file: string; readonly beside?: readonly string[] };

export const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  charset: 'utf8',
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
  // What is CommonJS in the bundle requires Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  // It has a native part, which is installed beside the bundle.
  external: ['@duckdb/node-api'],
} as const satisfies BuildOptions;

/** What a context opens by itself when it is first needed: a module that lies beside its handler, and how the context is told of it. */
const later: Readonly<Record<string, { readonly file: string; readonly tell: string }>> = {
  // DuckDB takes longer to load than all the rest.
  sandbox: {
    file: 'infra/aws/trials.ts',
    tell: `
import { provideTrials } from './functions/sandbox/preview-route.ts';
provideTrials(async () => (await import(new URL('trials.mjs', import.meta.url).href)).openTrials());`,
  },
};
/** Tables of others through which a context acts while its caller waits. */
const others: Readonly<Record<string, readonly { readonly name: string; readonly file: string }[]>> = {
  delivery: [{ name: 'query', file: './functions/sandbox/query.process.ts' }],
};
/** A context's handler, with the ports of its own tables and of those that it acts through. */
const entryOf = (context: string): string => `
import { ${context} } from './functions/${context}/index.ts';
${(others[context] ?? []).map(({ name, file }) => `import { ${name} } from '${file}';`).join('\n')}
import { portsFromEnvironment } from './infra/aws/ports.ts';
import { providePorts } from './shared/edge/ports.ts';
providePorts(portsFromEnvironment({ processes: [...${context}.processes${(others[context] ?? []).map(({ name }) => `, ${name}`).join('')}] }));
${later[context]?.tell ?? ''}
export { handler } from './functions/${context}/lambda.ts';`;

/** Bundles a function into a folder: `index.mjs`, which exports `handler`, and what lies beside it. @throws where a module is not found */
export const bundle = (code: Code, folder: string): void => {
  if ('context' in code) {
    const contents = entryOf(code.context);
    buildSync({
      ...settings,
      stdin: { contents, resolveDir: root, sourcefile: `${code.context}.ts`, loader: 'ts' },
      outfile: `${folder}/index.mjs`,
    });
    const beside = later[code.context]?.file;
    if (beside !== undefined) buildSync({ ...settings, entryPoints: [beside], outdir: folder });
    return;
  }
  const beside = (code.beside ?? []).map((file) => ({ in: file, out: file.slice(file.lastIndexOf('/') + 1, -'.ts'.length) }));
  buildSync({ ...settings, entryPoints: [{ in: code.file, out: 'index' }, ...beside], outdir: folder });
};

/** The functions that no context has of its own. */
export const belt: Code = { file: 'infra/aws/belt.ts' };
export const clock: Code = { file: 'infra/aws/clock.ts' };
export const sequencer: Code = { file: 'infra/aws/sequencer.ts' };
export const worker: Code = {
  file: 'infra/aws/worker.ts',
  beside: ['functions/sandbox/engine-process.ts', 'functions/sandbox/ingestion-process.ts'],
};
