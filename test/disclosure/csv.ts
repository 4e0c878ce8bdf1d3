/** Reads a CSV file of RFC 4180 with its mark of UTF-8: rows that end in CRLF, all of one length. @throws SyntaxError for anything else */
export const parseCsv = (file: string): readonly (readonly string[])[] => {
  if (!file.startsWith('\uFEFF')) throw new SyntaxError('no mark');
  const rows: string[][] = [];
  let row: string[] = [];
  for (let rest = file.slice(1); rest !== '';) {
    const [whole, quoted, bare = '', end] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? [];
    if (whole === undefined) throw new SyntaxError(`not CSV: ${JSON.stringify(rest.slice(0, 40))}`);
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
    rest = rest.slice(whole.length);
  }
  if (row.length > 0 || rows.some((one) => one.length !== rows[0]?.length)) throw new SyntaxError('rows of several lengths');
  return rows;
};
