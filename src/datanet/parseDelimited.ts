// CSV and TSV (RFC 4180 with either line end): quoted fields may hold separators, line breaks and doubled quotes.

export interface DelimitedRecord {
  readonly fields: readonly string[];
  /** Line and column of each field's first character, from 1. */
  readonly places: readonly { readonly line: number; readonly column: number }[];
}

export type DelimitedItem =
  | DelimitedRecord
  | {
      readonly fault: {
        readonly line: number;
        readonly column: number;
        readonly code: string;
        readonly message: string;
      };
    };

/** Records of `text` in order; an error is yielded in place of its record, and parsing continues at the next line. */
export function* parseDelimited(text: string, separator: ',' | '\t' | ';'): Generator<DelimitedItem> {
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  const endsField = (character: string | undefined): boolean =>
    character === undefined || character === separator || character === '\n' || character === '\r';

  while (offset < text.length) {
    const fields: string[] = [];
    const places: { line: number; column: number }[] = [];
    let fault: { line: number; column: number; code: string; message: string } | undefined;
    for (;;) {
      const place = { line, column: offset - lineStart + 1 };
      places.push(place);
      if (text[offset] === '"') {
        let value = '';
        let start = offset + 1;
        for (;;) {
          const quote = text.indexOf('"', start);
          if (quote === -1) {
            yield {
              fault: { ...place, code: 'QUOTE_OPEN', message: 'A quoted field is opened here and never closed.' },
            };
            return;
          }
          value += text.slice(start, quote);
          offset = quote + 1;
          if (text[offset] !== '"') break;
          value += '"';
          start = offset + 1;
        }
        for (let at = text.indexOf('\n', lineStart); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
          line += 1;
          lineStart = at + 1;
        }
        if (!endsField(text[offset])) {
          fault = {
            line,
            column: offset - lineStart + 1,
            code: 'QUOTE_INSIDE',
            message: 'Text follows a closing quote; double each quote inside a quoted field.',
          };
          while (offset < text.length && text[offset] !== '\n') offset += 1;
          break;
        }
        fields.push(value);
      } else {
        const start = offset;
        while (!endsField(text[offset])) offset += 1;
        fields.push(text.slice(start, offset));
      }
      if (text[offset] !== separator) break;
      offset += 1;
    }
    if (text[offset] === '\r' && text[offset + 1] === '\n') offset += 1;
    offset += 1;
    line += 1;
    lineStart = offset;
    if (fault !== undefined) yield { fault };
    else if (fields.length > 1 || fields[0] !== '') yield { fields, places };
  }
}
