/**
 * The rows of a CSV text (RFC 4180), the header first; a mark at its beginning is left out, and rows may end in CR LF, LF or CR. An unclosed
 * quote ends with the text. What the platform writes comes back cell by cell.
 */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cells = /(?:"((?:[^"]|"")*)"?|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  cells.lastIndex = 0;
  while (cells.lastIndex < body.length) {
    const found = cells.exec(body);
    if (!found) return rows; // text after a closing quote: what follows is no CSV
    const [, quoted, plain = '', end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',' && cells.lastIndex < body.length) continue;
    if (end === ',') row.push('');
    rows.push(row);
    row = [];
  }
  return rows;
}
