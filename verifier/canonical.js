// @ts-check
/**
 * The one JSON text of a value (RFC 8785, JSON Canonicalization Scheme). Its numbers and strings are written as ECMAScript writes them, and
 * its keys are sorted by their UTF-16 code units, which is how `sort` compares. Takes what JSON.parse answers; a lone surrogate throws a
 * TypeError, since it has no UTF-8.
 * @param {unknown} value
 * @returns {string}
 */
export const canonical = (value) => {
  if (typeof value === 'string' && !value.isWellFormed()) throw new TypeError('a lone surrogate');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, member]) => `${canonical(key)}:${canonical(member)}`).join(',')}}`;
};
