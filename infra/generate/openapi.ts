import { createDocument, type CreateDocumentOptions, type ZodOpenApiPathsObject } from 'zod-openapi';
import type * as z from 'zod';
import * as fields from '../../contracts/fields.ts';
import { isPersonal, personalActions } from '../../shared/edge/routes.ts';
import type { Context } from '../../shared/edge/context.ts';
import { contextOperations } from './operations.ts';
import { pascal } from './shapes.ts';
import { bilingual } from './titles.ts';

type Override = Exclude<CreateDocumentOptions['override'], undefined>;

/** White space as JavaScript trims it, control characters aside: every engine of regular expressions reads this. */
const blank = ' \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';
const control = '\\u0000-\\u001f\\u007f-\\u009f';
const solid = `[^${blank}${control}]`;
/** What the texts of contracts/fields.ts may hold: a line, lines (tab and line feed too), or anything. */
const within = { line: `[^${control}]`, lines: '[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]', anything: '[\\s\\S]' } as const;
const holds = (pattern: string | undefined): keyof typeof within =>
  pattern === undefined ? 'anything' : pattern.includes('\\n') ? 'lines' : 'line';
const trimmed = (one: string, least: number): string => `^${one}*${solid}${least > 2 ? `${one}{${least - 2},}${solid}` : ''}${one}*$`;

/** Says in the schema what zod checks only after it has trimmed a text, and without `\p`, which not every reader of schemas knows. */
const tellTrimmed: Override = ({ jsonSchema, zodSchema, io }) => {
  const { def } = zodSchema._zod;
  if (def.type !== 'string' || io === 'output') return;
  const trims = (def as { checks?: readonly z.core.$ZodCheck[] }).checks?.some(({ _zod }) => _zod.def.check === 'overwrite') ?? false;
  if (!trims) return;
  jsonSchema.pattern = trimmed(within[holds(jsonSchema.pattern)], jsonSchema.minLength ?? 1);
};
/** What is answered may grow: a field that a client does not know is no error. What a text may hold is the business of what is sent. */
const openAnswers: Override = ({ jsonSchema, io }) => {
  if (io === 'input') return;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  if (jsonSchema.format !== undefined || jsonSchema.pattern?.includes('\\p{')) delete jsonSchema.pattern;
};
/** The pattern of an address is the truth; the format's own idea of one is wider. */
const noFormats: Override = ({ jsonSchema }) => {
  if (jsonSchema.format === 'email') delete jsonSchema.format;
};

/** zod's `readonly` is about TypeScript; OpenAPI's `readOnly` would forbid to send the field. */
const noReadOnly: Override = ({ jsonSchema }) => {
  delete jsonSchema.readOnly;
};

/** The fields and the inputs by name; one that several actions share is told once. */
const inputSchemas = (contexts: readonly Context[]): Record<string, z.ZodType> => {
  const names = new Map<z.ZodType, string>(Object.entries(fields).map(([name, schema]) => [schema, name]));
  for (const process of contexts.flatMap((c) => c.processes)) {
    const { kind, inputs } = process.contract;
    for (const action of [...(isPersonal(process) ? ['create'] : []), ...personalActions(process)]) {
      const schema = inputs[action];
      if (schema && !names.has(schema)) names.set(schema, `${pascal(kind)}${pascal(action)}`);
    }
  }
  return Object.fromEntries([...names].map(([schema, name]) => [name, schema]));
};

/** The API as an OpenAPI 3.1 document, told by the registry. */
export const openapi = (contexts: readonly Context[]): object => {
  const paths: Record<string, ZodOpenApiPathsObject[string]> = {};
  for (const { method, path, told } of contexts.flatMap(contextOperations)) paths[path] = { ...paths[path], [method]: told };
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: bilingual(['数港', 'Data Harbour']),
        version: '1',
        description: bilingual(['公共数据授权运营与交易接口', 'Authorised operation and trading of public data']),
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: contexts.map(({ name }) => ({ name })),
      paths,
      components: {
        schemas: inputSchemas(contexts),
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: bilingual(['OpenID Connect 访问令牌', 'An access token of the OpenID provider']),
          },
          serviceToken: {
            type: 'http',
            scheme: 'bearer',
            description: bilingual(['数据服务密钥', 'The token of a service key']),
          },
        },
      },
    },
    {
      override: (context) => {
        for (const override of [tellTrimmed, openAnswers, noFormats, noReadOnly]) override(context);
      },
    },
  );
};
