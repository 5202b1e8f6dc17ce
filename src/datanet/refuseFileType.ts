import { TributaryError } from '../lib/errors.ts';
import type { FileType } from './fileType.ts';

function refuse(code: string, hint: string, file: string, type: string): never {
  throw new TributaryError({
    code,
    message: `This is a file of the type ${type}, which cannot be read here.`,
    facts: { file, type },
    hint,
  });
}

/** Throws `FILE_IS_<family>`, with the name of the type and a way on. */
export function refuseFileType(file: string, { family, name }: FileType): never {
  switch (family) {
    case 'ARCHIVE':
      return refuse('FILE_IS_ARCHIVE', 'Unpack it and choose the file in it.', file, name);
    case 'SPREADSHEET':
      return refuse('FILE_IS_SPREADSHEET', 'Open it and save the sheet as CSV (UTF-8).', file, name);
    case 'TABLE':
      return refuse(
        'FILE_IS_TABLE',
        'Convert it to JSON lines, for example with pandas: to_json(file, orient="records", lines=True).',
        file,
        name,
      );
    case 'DOCUMENT':
      return refuse('FILE_IS_DOCUMENT', 'Copy its text, and write questions with answers from it as rows.', file, name);
    case 'MARKUP':
      return refuse('FILE_IS_MARKUP', 'Convert it to JSON lines: a question and its answer per line.', file, name);
    case 'MEDIA':
      return refuse('FILE_IS_MEDIA', 'Rows are text: choose JSON lines, JSON, CSV, TSV or Parquet.', file, name);
    case 'BINARY':
      return refuse('FILE_IS_BINARY', 'Choose a file of rows: JSON lines, JSON, CSV, TSV or Parquet.', file, name);
  }
}
