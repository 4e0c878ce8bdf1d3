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

/** A context's handler, with the ports of its own tables only. */
const entryOf = (context: string): string => `
import { ${context} } from './functions/${context}/index.ts';
import { portsFromEnvironment } from './infra/aws/ports.ts';
import { providePorts } from './shared/edge/ports.ts';
providePorts(portsFromEnvironment({ processes: ${context}.processes }));
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
