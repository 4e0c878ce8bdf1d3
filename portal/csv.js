// @ts-check
/** @typedef {string | number | boolean | null | undefined} Cell */

/** A spreadsheet would run a cell that begins like a formula: such a cell gets a quote before it. @param {Cell} value */
const cell = (value) => {
  const text = String(value ?? '');
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
/** Hands over rows as a CSV file (RFC 4180) that spreadsheets read as UTF-8. @param {string} name @param {readonly (readonly Cell[])[]} rows */
export const download = (name, rows) => {
  const text = `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
  saveFile(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));
};
/** Hands over a file. @param {string} name @param {Blob} content */
export const saveFile = (name, content) => {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
};
