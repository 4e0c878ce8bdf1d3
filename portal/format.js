// @ts-check
const shanghai = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
});
/** An instant in Shanghai, such as 2026-11-24 09:05. @param {string} instant */
export const time = (instant) => shanghai.format(new Date(instant));
/** An exclusive instant in Shanghai: what ends at midnight ends at 24:00 of the day before. @param {string} instant */
export const deadline = (instant) => {
  const text = time(instant);
  return text.endsWith(' 00:00') ? `${time(new Date(Date.parse(instant) - 60_000).toISOString()).slice(0, 10)} 24:00` : text;
};
/** Fen as yuan. @param {number | string} fen */
export const yuan = (fen) => {
  const amount = BigInt(fen);
  const size = amount < 0n ? -amount : amount;
  const whole = String(size / 100n).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return `${amount < 0n ? '−' : ''}¥${whole}.${String(size % 100n).padStart(2, '0')}`;
};
/** Yuan as a person writes them, in fen; undefined where that is no amount. @param {string} text */
export const fenOf = (text) => {
  const [, whole, part = ''] = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(/[,，¥\s]/g, '')) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, '0'));
};
/** @param {number} fen */
export const yuanOf = (fen) => (fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2));
export const isInstant = (/** @type {unknown} */ value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d.*Z$/.test(value);
/** @param {number} bytes */
export const size = (bytes) => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);
