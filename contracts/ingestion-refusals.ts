/** Every refusal of a file offered for ingestion. Each may come with a line or row and a column by number; none ever quotes a cell. */
export const ingestionRefusals = {
  csv_empty: { zh: '文件为空，请提供含表头和数据的CSV。', en: 'The file is empty; provide a CSV with a header and rows.' },
  csv_no_rows: { zh: '文件只有表头，没有数据行。', en: 'The file has a header and no rows.' },
  csv_wrong_encoding: { zh: '文件不是UTF-8编码，请转换后重新上传。', en: 'The file is not UTF-8; convert it and upload again.' },
  csv_ragged_row: { zh: '某行的列数与表头不同，请更正该行。', en: 'A row has more or fewer columns than the header; correct it.' },
  csv_unbalanced_quote: { zh: '某行的引号不配对，请更正该行。', en: 'A quote in a row is not closed properly; correct it.' },
  csv_line_too_long: { zh: '某行超过2 MB，请拆分。', en: 'A line is longer than 2 MB; split it.' },
  csv_too_many_columns: { zh: '列数超过上限，请减少。', en: 'There are more columns than allowed; use fewer.' },
  csv_too_many_rows: { zh: '行数超过上限，请拆分文件。', en: 'There are more rows than allowed; split the file.' },
  csv_too_large: { zh: '文件超过大小上限，请拆分。', en: 'The file is larger than allowed; split it.' },
  csv_bad_header: {
    zh: '表头有空名、过长或含控制字符的列名，请更正。',
    en: 'A column name is empty, too long or holds a control character; correct it.',
  },
  csv_duplicate_header: { zh: '表头有重复的列名（不分大小写），请更正。', en: 'Two columns have the same name (case aside); rename one.' },
  csv_formula_cell: {
    zh: '某单元格会被电子表格当作公式，请去除开头的=、+、-、@、制表符或回车。',
    en: 'A spreadsheet would run a cell as a formula; remove the leading =, +, -, @, tab or return.',
  },
  csv_unreadable: { zh: '文件无法按CSV读取，请检查后重新上传。', en: 'The file cannot be read as CSV; check it and upload again.' },
  layout_column_unknown: { zh: '排序所用的列不存在，请更正。', en: 'A column to sort by does not exist; correct it.' },
  content_missing: { zh: '尚未上传数据文件，请上传后重新登记。', en: 'No file was uploaded; upload it and deposit it again.' },
  returned: { zh: '承办人已退回，请更正后重新上传。', en: 'An officer returned the file; correct it and upload it again.' },
  ingestion_failed: { zh: '入库未能完成，请稍后重试。', en: 'Ingestion could not be completed; try again later.' },
  ingestion_timeout: { zh: '入库超时，请拆分文件后重试。', en: 'Ingestion took too long; split the file and try again.' },
  ingestion_cancelled: { zh: '入库已取消。', en: 'Ingestion was cancelled.' },
} as const satisfies Record<string, { readonly zh: string; readonly en: string }>;

export type IngestionCode = keyof typeof ingestionRefusals;
