import type * as z from 'zod';
import { RefusalError } from './refusal.ts';

const most = { issues: 20, length: 200 } as const;

/** Content against its schema; what is wrong is told by place, never by what was sent. @throws RefusalError invalid_input */
export const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, most.issues);
  throw new RefusalError(
    'invalid_input',
    issues.map(({ path, message }) => ({ path: path.map(String).join('.').slice(0, most.length), message: message.slice(0, most.length) })),
  );
};
