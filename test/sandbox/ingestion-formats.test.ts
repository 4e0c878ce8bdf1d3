import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { IngestionRefusal } from '../../functions/sandbox/ingestion.ts';
import { gb18030, openFolder, rowsIn } from './ingesting.ts';

const { isRefused, load, look, remove } = openFolder();
afterAll(remove);

type Bad = readonly (readonly [what: string, content: string | Uint8Array, refusal: Partial<IngestionRefusal>])[];

const typesOf = (done: object): unknown =>
  'columns' in done ? (done.columns as readonly { readonly type: string }[]).map(({ type }) => type) : done;

describe('CSV in GB18030', () => {
  test('is read as what it says, also where its Chinese begins late, and beyond the basic plane', async () => {
    const text = `编号,名称\n${Array.from({ length: 3000 }, (_, n) => `${n},泰州${n % 7}`).join('\n')}\n3000,"兴化,𠮷野"\n`;
    const [loaded, seen] = await Promise.all([load(gb18030(text)), look(gb18030(text))]);
    expect(seen.done).toMatchObject({ format: 'csv', encoding: 'gb18030', rows: 3001 });
    expect((await rowsIn(loaded.target)).slice(-2)).toEqual([
      { 编号: '2999', 名称: '泰州3' },
      { 编号: '3000', 名称: '兴化,𠮷野' },
    ]);
    const late = Buffer.concat([Buffer.from(`a,b\n${'1,x\n'.repeat(400_000)}2,`), gb18030('秘密')]);
    expect((await look(late, { rows: 1_000_000 })).done).toMatchObject({ encoding: 'gb18030', rows: 400_001 });
  });

  const utf8 = Buffer.from('3,秘密的姓名与住址\n4,海陵区姜堰区\n');
  const bad: Bad = [
    ['a character cut short', Buffer.concat([gb18030('编号,名称\n1,秘密\n2,'), Buffer.of(0xd6), Buffer.from('\n3,x\n')]), { line: 3 }],
    ['a byte that no character begins with', Buffer.concat([gb18030('编号,名称\n1,秘密\n'), Buffer.of(0xff, 0x0a)]), { line: 3 }],
    ['lines of UTF-8 among those of GB18030', Buffer.concat([gb18030('编号,名称\n1,秘密\n2,泰州\n'), utf8]), { line: 4 }],
  ];
  test.each(bad)('with %s is refused', (_, content, where) => isRefused(content, { refused: 'csv_wrong_encoding', ...where }));

  test('among lines of UTF-8 is refused with the first of them', async () => {
    const mixed = Buffer.concat([Buffer.from(`编号,名称\n${'1,秘密\n'.repeat(20_000)}`), gb18030('2,秘密\n')]);
    await isRefused(mixed, { refused: 'csv_wrong_encoding', line: 20_002 });
  });
});

describe('JSON lines', () => {
  test('keep every digit, take an absent key and null for nothing, and know escapes', async () => {
    const lines = [
      '{"id":1,"amount":12345678901.10,"big":123456789012345678,"名称":"\\u6cf0\\u5dde\\n\\"x\\"","on":true}',
      ' { "id" : 2 , "amount" : -0.05, "名称": null , "on":false}\r',
      '',
      '{"名称":"\\ud842\\udfb7","code":"0110","id":3,"amount":3}',
    ];
    const { done, target } = await load(lines.join('\n'));
    expect(typesOf(done)).toEqual(['BIGINT', 'DECIMAL(18,2)', 'BIGINT', 'VARCHAR', 'BOOLEAN', 'VARCHAR']);
    expect(await rowsIn(target)).toEqual([
      { id: '1', amount: '12345678901.10', big: '123456789012345678', 名称: '泰州\n"x"', on: true, code: null },
      { id: '2', amount: '-0.05', big: null, 名称: null, on: false, code: null },
      { id: '3', amount: '3.00', big: null, 名称: '𠮷', on: null, code: '0110' },
    ]);
  });

  const many = Array.from({ length: 10_000 }, (_, n) => `{"a":${n},"b":"secret"}\n`).join('');
  const bad: Bad = [
    ['an object within', '{"a":1}\n{"a":{"secret":1}}\n', { refused: 'json_nested_value', line: 2 }],
    ['a list within', '{"a":1}\n{"a":["secret"]}\n', { refused: 'json_nested_value', line: 2 }],
    ['a key twice in a line', '{"a":1}\n{"a":"secret","a":2}\n', { refused: 'json_duplicate_key', line: 2, column: 1 }],
    ['a key twice but for escapes', '{"a":1}\n{"a":"secret","\\u0061":2}\n', { refused: 'json_duplicate_key', line: 2 }],
    ['keys that differ in case', '{"name":"secret"}\n{"NAME":"secret"}\n', { refused: 'csv_duplicate_header', column: 2 }],
    ['a key first seen after 10,000 lines', `${many}{"a":1,"secret":2}\n`, { refused: 'json_unknown_key', line: 10_001 }],
    ['a last line cut short', `${many}{"a":1,"b":"sec`, { refused: 'json_invalid_line', line: 10_001 }],
    ['a line that is no object', '{"a":1}\n"secret"\n', { refused: 'json_invalid_line', line: 2 }],
    ['two objects in a line', '{"a":1}{"a":2}\n', { refused: 'json_invalid_line', line: 1 }],
    ['a comma too many', '{"a":1,}\n', { refused: 'json_invalid_line', line: 1 }],
    ['a number that JSON has not', '{"a":NaN}\n', { refused: 'json_invalid_line', line: 1 }],
    ['a NUL', '{"a":"secret"}\n{"a":"x\0"}\n', { refused: 'csv_nul_byte', line: 2 }],
    ['a NUL as an escape', '{"a":"secret"}\n{"a":"\\u0000"}\n', { refused: 'csv_nul_byte', line: 2 }],
    ['half a surrogate pair', '{"a":"secret"}\n{"a":"\\ud842"}\n', { refused: 'json_invalid_line', line: 2 }],
    ['a line of 3 MB', `{"a":1}\n{"a":"${'secret'.repeat(500_000)}"}\n`, { refused: 'csv_line_too_long', line: 2 }],
    ['a formula', '{"a":"secret"}\n{"a":"=1+1"}\n', { refused: 'csv_formula_cell', row: 2, column: 1 }],
    ['objects without a key', '{}\n{}\n', { refused: 'csv_empty' }],
    ['a list of objects', '[{"a":"secret"}]', { refused: 'json_not_lines' }],
  ];
  test.each(bad)('with %s are refused', async (_, content, refusal) => {
    const { done, left } = await look(content);
    expect(done).toMatchObject(refusal);
    expect([JSON.stringify(done).includes('secret'), left]).toEqual([false, ['source.csv']]);
  });
});

describe('what only seems to be a table', () => {
  const content = Buffer.from(`a,b\n${'1,secret\n'.repeat(1000)}`);
  const zip = Buffer.concat([Buffer.from('504b030414000000080000002100', 'hex'), gzipSync(content)]);
  const line = 'secret'.repeat(500_000);
  const bad: Bad = [
    ['gzip', gzipSync(content), { refused: 'file_compressed' }],
    ['gzip that would grow a thousandfold', gzipSync(Buffer.alloc(50_000_000, 'a,')), { refused: 'file_compressed' }],
    ['Zstandard', zstdCompressSync(content), { refused: 'file_compressed' }],
    ['ZIP', zip, { refused: 'file_compressed' }],
    ['a single line of 3 MB', line, { refused: 'csv_line_too_long', line: 1 }],
    ['a cell of 3 MB', `a,b\n1,2\n1,${line}\n`, { refused: 'csv_line_too_long' }],
    ['a quoted cell of 3 MB in many lines', `a,b\n1,2\n1,"${'secret\n'.repeat(450_000)}"\n`, { refused: 'csv_line_too_long' }],
    ['UTF-16', Buffer.from('a,b\n1,secret\n', 'utf16le'), { refused: 'csv_nul_byte' }],
    ['a NUL in a cell', 'a,b\n1,secret\n2,sec\0ret\n', { refused: 'csv_nul_byte' }],
  ];
  test.each(bad)('%s is refused whatever its name', (_, file, refusal) => isRefused(file, refusal));
});

describe('a schema that a person gave', () => {
  const schema = [
    { name: 'id', type: 'BIGINT' },
    { name: 'day', type: 'DATE' },
    { name: 'fare', type: 'DECIMAL(18,2)' },
  ];
  const good = (n: number): string => `${n},2024-02-29,${n}.25\n`;
  const body = Array.from({ length: 20_000 }, (_, n) => good(n)).join('');
  test.each([
    ['a text at the last row', `${body}secret,2024-01-01,1.00\n`, 20_001, 1],
    ['a third decimal at the last row', `${body}1,2024-01-01,1.005\n`, 20_001, 3],
    ['a day that never was', `1,2023-02-29,1.00\n`, 1, 2],
    ['a day of the year 10000', `${good(1)}1,10000-01-01,1.00\n`, 2, 2],
    ['a day before Christ', `${good(1)}1,0001-01-01 (BC),1.00\n`, 2, 2],
    ['an endless day', `${good(1)}1,infinity,1.00\n`, 2, 2],
    ['a number beyond 64 bits', `${good(1)}9223372036854775808,2024-01-01,1.00\n`, 2, 1],
    ['a number that would lose its zeros', `${good(1)}007,2024-01-01,1.00\n`, 2, 1],
  ])('is not bent for %s', async (_, rows, row, column) => {
    const { done, left } = await load(`id,day,fare\n${rows}`, { schema });
    expect([done, left]).toEqual([{ refused: 'value_misfit', line: null, row, column }, ['source.csv']]);
  });

  test('is of the columns of the file, in their order', async () => {
    const [first, second, third] = schema;
    const refused = async (given: typeof schema) => (await load(`id,day,fare\n${good(1)}`, { schema: given })).done;
    const all = [first, third, second] as typeof schema;
    expect(await refused(all)).toMatchObject({ refused: 'schema_mismatch', column: 2 });
    expect(await refused(schema.slice(0, 2))).toMatchObject({ refused: 'schema_mismatch', column: 3 });
    expect(await refused(schema.map((one) => ({ ...one, type: "VARCHAR); ATTACH 'x'" })))).toMatchObject({ refused: 'schema_mismatch' });
  });
});

describe('what an inspection tells', () => {
  test('of a column that changes its type at the last row is the type that fits all of it, as it is taken in', async () => {
    const body = Array.from({ length: 30_000 }, (_, n) => `${n},${n},,${n},2024-01-01,${n}.5,${n}.5`).join('\n');
    const file = `a,b,c,d,e,f,g\n${body}\nx,0.25,7,1,2024-01-01 10:00:00,0.123,12.\n`;
    const [seen, loaded] = await Promise.all([look(file), load(file)]);
    const types = ['VARCHAR', 'DECIMAL(18,2)', 'BIGINT', 'BIGINT', 'TIMESTAMP', 'DECIMAL(18,3)', 'DOUBLE'];
    expect([typesOf(seen.done), typesOf(loaded.done)]).toEqual([types, types]);
  });

  test('of dates out of range is that they are no dates, and of an empty column nothing', async () => {
    const { done } = await look('a,b,c,d\n10000-01-01,0000-01-01,infinity,\n2024-01-01,2024-01-01,2024-01-01,\n');
    expect(typesOf(done)).toEqual(['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR']);
    expect('columns' in done && done.columns[3]).toMatchObject({ nullPermille: 1000, distinctApprox: 0, unique: false, freshDays: null });
  });

  test('never holds a value, nor a type that would lose one', async () => {
    const rows = Array.from({ length: 50 }, (_, n) => `秘密${n}甲,90125${n},7731.25${n},19${n + 10}-03-04,12345678901234${n}.125`);
    const { done } = await look(`名称,编号,金额,日期,巨额\n${rows.join('\n')}\n`);
    expect(typesOf(done)).toEqual(['VARCHAR', 'BIGINT', 'DECIMAL(18,4)', 'DATE', 'DOUBLE']);
    expect(JSON.stringify(done)).not.toMatch(/秘密|90125|7731|03-04|12345678/);
    const exact = await look('a,b\n123456789012345.125,1.5\n2.5,2.5\n');
    expect('columns' in exact.done && exact.done.columns.map(({ alternatives }) => alternatives)).toEqual([
      ['VARCHAR'],
      ['DOUBLE', 'VARCHAR'],
    ]);
  });

  test('of hundreds of keys in a row is told in time', async () => {
    const wide = Array.from({ length: 200 }, (_, n) => `c${n}`).join(',');
    const { done } = await look(`${wide}\n${wide}\n`);
    expect('columns' in done && done.columns.filter(({ unique }) => unique)).toHaveLength(200);
  });

  test('of several keys beyond the first rows is exact', async () => {
    const rows = Array.from({ length: 201_000 }, (_, n) => `${n},x${n},${n}.5,${Math.min(n, 200_998)}`).join('\n');
    const { done } = await look(`a,b,c,d\n${rows}\n`, { rows: 300_000 });
    expect('columns' in done && done.columns.map(({ unique }) => unique)).toEqual([true, true, true, false]);
  });
});
