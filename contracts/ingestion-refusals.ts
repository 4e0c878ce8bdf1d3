/** Every refusal of a file offered for ingestion. Each may come with a line or row and a column by number; none ever quotes a cell. */
export const ingestionRefusals = {
  csv_empty: { zh: '文件为空，请提供含列名和数据的文件。', en: 'The file is empty; provide one with column names and rows.' },
  csv_no_rows: { zh: '文件只有列名，没有数据行，请补充数据。', en: 'The file has column names and no rows; add the rows.' },
  csv_wrong_encoding: {
    zh: '文件不是UTF-8或GB18030编码，或前后编码不一，请统一为UTF-8后重新上传。',
    en: 'The file is neither UTF-8 nor GB18030, or is a mixture; convert all of it to UTF-8 and upload again.',
  },
  csv_nul_byte: {
    zh: '文件含有空字节，可能是UTF-16或二进制文件，请另存为UTF-8后重新上传。',
    en: 'The file holds a NUL byte and may be UTF-16 or binary; save it as UTF-8 and upload again.',
  },
  csv_ragged_row: { zh: '某行的列数与表头不同，请更正该行。', en: 'A row has more or fewer columns than the header; correct it.' },
  csv_unbalanced_quote: { zh: '某行的引号不配对，请更正该行。', en: 'A quote in a row is not closed properly; correct it.' },
  csv_line_too_long: { zh: '某行超过2 MB，请拆分。', en: 'A line is longer than 2 MB; split it.' },
  csv_too_many_columns: { zh: '列数超过上限，请减少。', en: 'There are more columns than allowed; use fewer.' },
  csv_too_many_rows: { zh: '行数超过上限，请拆分文件。', en: 'There are more rows than allowed; split the file.' },
  csv_too_large: { zh: '文件超过大小上限，请拆分。', en: 'The file is larger than allowed; split it.' },
  csv_bad_header: {
    zh: '列名有空名、过长或含控制字符的列名，请更正。',
    en: 'A column name is empty, too long or holds a control character; correct it.',
  },
  csv_duplicate_header: { zh: '列名重复（不分大小写），请更正。', en: 'Two columns have the same name (case aside); rename one.' },
  csv_formula_cell: {
    zh: '某单元格会被电子表格当作公式，请去除开头的=、+、-、@、制表符或回车。',
    en: 'A spreadsheet would run a cell as a formula; remove the leading =, +, -, @, tab or return.',
  },
  file_compressed: {
    zh: '文件是压缩包、电子表格或其他非数据文件，请解压或另存为CSV后重新上传。',
    en: 'The file is an archive, a spreadsheet or no table at all; unpack it or save it as CSV and upload again.',
  },
  file_expands: {
    zh: '文件展开后超过上限，请拆分后重新上传。',
    en: 'The file expands beyond what is allowed; split it and upload again.',
  },
  json_not_lines: {
    zh: '文件是JSON数组，请改为每行一个对象（JSON Lines）后重新上传。',
    en: 'The file is a JSON array; write one object a line (JSON Lines) and upload again.',
  },
  json_invalid_line: { zh: '某行不是完整的JSON对象，请更正该行。', en: 'A line is not a whole JSON object; correct it.' },
  json_nested_value: {
    zh: '某行含有嵌套的对象或数组，请展平为单值后重新上传。',
    en: 'A line holds a nested object or array; flatten it and upload again.',
  },
  json_duplicate_key: { zh: '某行的同一个键出现两次，请更正该行。', en: 'A key appears twice in a line; correct it.' },
  json_unknown_key: {
    zh: '某行的键在前10000行或既定的列中没有，请统一各行的键。',
    en: 'A line has a key that is neither in the first 10,000 lines nor declared; give all lines the same keys.',
  },
  parquet_corrupt: { zh: 'Parquet文件已损坏，请重新导出后上传。', en: 'The Parquet file is damaged; export it again and upload it.' },
  parquet_encrypted: {
    zh: 'Parquet文件已加密，请导出未加密的文件后上传。',
    en: 'The Parquet file is encrypted; export it without encryption.',
  },
  parquet_column_type: {
    zh: '某列的类型（嵌套、二进制等）不能入库，请改为单值类型后重新导出。',
    en: 'A column has a type that cannot be taken in (nested, binary or the like); export it as a flat type.',
  },
  schema_mismatch: {
    zh: '既定的列与文件的列不一致或类型不可用，请重新检查文件。',
    en: 'The declared columns are not those of the file, or a type cannot be used; have the file inspected again.',
  },
  value_misfit: {
    zh: '某值不符合该列的类型，请更正该值或放宽该列的类型。',
    en: 'A value does not fit the type of its column; correct the value or widen the type.',
  },
  csv_unreadable: { zh: '文件无法按CSV读取，请检查后重新上传。', en: 'The file cannot be read as CSV; check it and upload again.' },
  layout_column_unknown: { zh: '排序所用的列不存在，请更正。', en: 'A column to sort by does not exist; correct it.' },
  content_differs: {
    zh: '收到的文件与声明的大小或校验值不符，请重新上传。',
    en: 'What arrived is not of the size or checksum that was stated; upload it again.',
  },
  content_changed: {
    zh: '隔离区文件与检查时不一致，请重新上传。',
    en: 'The file in quarantine is not the one that was inspected; upload it again.',
  },
  malware_found: { zh: '文件含恶意代码，请清除后重新上传。', en: 'The file holds malware; clean it and upload it again.' },
  inspection_missing: { zh: '文件尚未经检查，请重新交存。', en: 'The file has not been inspected; deposit it again.' },
  content_missing: { zh: '尚未上传数据文件，请上传后重新登记。', en: 'No file was uploaded; upload it and deposit it again.' },
  returned: { zh: '承办人已退回，请更正后重新上传。', en: 'An officer returned the file; correct it and upload it again.' },
  ingestion_failed: { zh: '入库未能完成，请稍后重试。', en: 'Ingestion could not be completed; try again later.' },
  ingestion_memory: {
    zh: '入库所需内存超过上限，请拆分文件后重试。',
    en: 'Ingestion needed too much memory; split the file and try again.',
  },
  ingestion_timeout: { zh: '入库超时，请拆分文件后重试。', en: 'Ingestion took too long; split the file and try again.' },
  ingestion_cancelled: { zh: '入库已取消。', en: 'Ingestion was cancelled.' },
} as const satisfies Record<string, { readonly zh: string; readonly en: string }>;

export type IngestionCode = keyof typeof ingestionRefusals;
