import * as z from 'zod';

/** The id of a record: derived by the platform, or `<organisation>:<person>`, or a year. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$/);
/** A person as the OpenID provider names them (`sub`). */
export const PersonId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/);
/** One line of text without control characters. */
export const Line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);
const text = (least: number) =>
  z
    .string()
    .trim()
    .min(least)
    .max(2000)
    .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u);
export const Text = text(1);
export const Reason = text(4);
export const Name = z.strictObject({ zh: Line, en: Line });
export const Email = z.email().max(254);
/** Integer fen of CNY, up to ten billion yuan. */
export const Fen = z.int().min(0).max(1_000_000_000_000);
/** A count of rows, bytes or places: no file of the platform comes near. */
export const Count = z.int().min(0).max(1_000_000_000_000);
/** Exclusive UTC instant. */
export const Instant = z.iso.datetime().max(40);
/** A day in Shanghai. */
export const Day = z.iso.date();
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const Nothing = z.strictObject({});
export const Because = z.strictObject({ reason: Reason });
/** Unified social credit code, GB 32100-2015; the check digit is a guard. */
export const CreditCode = z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/);
export const Ref = z.strictObject({ kind: z.string().max(40), id: Id });
