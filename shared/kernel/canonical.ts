import canonicalize from 'canonicalize';

const isSafe = (value: unknown): boolean => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    case 'object': {
      if (value === null) return true;
      // Array.from shows the holes of a sparse array, which every() would pass over.
      if (Array.isArray(value)) return Array.from(value).every(isSafe);
      // A plain object of any realm: what has a class of its own (a date, a map, bytes) would lose its content in silence.
      const prototype: unknown = Object.getPrototypeOf(value);
      return (prototype === null || Object.getPrototypeOf(prototype) === null) && Object.values(value).every(isSafe);
    }
    default:
      return false;
  }
};

/**
 * The one JSON text of a value (RFC 8785, JSON Canonicalization Scheme), over which digests and signatures are taken.
 *
 * Only what survives the trip is taken: plain objects and arrays of strings, booleans, null and numbers between ±(2^53 − 1). Anything else
 * (undefined, in an object too; NaN; infinities; greater numbers, which neighbours would share; bigints; dates; bytes; lone surrogates;
 * circles) throws, because two different values must never have one text.
 *
 * @throws Error or TypeError, which name nothing of the value
 */
export const canonical = (value: unknown): string => {
  const text = canonicalize(value);
  if (text === undefined || !isSafe(value)) throw new TypeError('not a value of canonical JSON');
  return text;
};
