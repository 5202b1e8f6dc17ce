// Tables as text (RFC 4180 with any line end): quoted fields may hold separators, line breaks and doubled quotes. Linear: a quote
// that is never closed is looked for once, because every quote before its end closes or doubles within its own run.
import { afterLineEnd, createLineEnds } from './lines.ts';
import type { FaultItem, Place } from './sourceItem.ts';

export type Separator = ',' | '\t' | ';' | '|' | string;

export interface DelimitedRecord {
  readonly kind: 'fields';
  readonly fields: readonly string[];
  /** Place of each field's first character. */
  readonly places: readonly Place[];
  readonly line: number;
  readonly endLine: number;
  readonly end: number;
}

export interface BlankLine {
  readonly kind: 'frame';
  readonly line: number;
  readonly endLine: number;
  readonly end: number;
}

export interface ReadDelimitedParameters {
  readonly text: string;
  readonly separator: Separator;
  /** Offset and number of the first line to read. */
  readonly start?: number;
  readonly line?: number;
}

/**
 * Records in order. A fault stands in place of its record, and reading goes on at the next line: after the line in which a quote is
 * opened and never closed, not after what that quote would swallow.
 */
export function* readDelimited({
  text,
  separator,
  start = 0,
  line: firstLine = 1,
}: ReadDelimitedParameters): Generator<DelimitedRecord | FaultItem | BlankLine> {
  const lineEnd = createLineEnds(text);
  let offset = start;
  let line = firstLine;
  let lineStart = start;
  /** Up to here an unclosed quote reached: what stands there may be the inside of its field. */
  let doubtfulUntil = -1;
  const endsField = (at: number): boolean => {
    const character = text[at];
    return character === undefined || character === separator || character === '\n' || character === '\r';
  };

  while (offset < text.length) {
    const recordLine = line;
    const recordStart = offset;
    const fields: string[] = [];
    const places: Place[] = [];
    let fault: { place: Place; code: string; message: string } | undefined;
    for (;;) {
      const place = { line, column: offset - lineStart + 1 };
      places.push(place);
      if (text[offset] !== '"') {
        const from = offset;
        while (!endsField(offset)) offset += 1;
        const value = text.slice(from, offset);
        if (recordStart < doubtfulUntil && value.includes('"'))
          fault = { place, code: 'QUOTE_INSIDE', message: 'A quote stands inside a field that is not quoted.' };
        fields.push(value);
      } else {
        const opener = { offset, line, lineStart };
        const value: string[] = [];
        let from = offset + 1;
        let quote = text.indexOf('"', from);
        while (quote !== -1 && text[quote + 1] === '"') {
          value.push(text.slice(from, quote + 1));
          from = quote + 2;
          quote = text.indexOf('"', from);
        }
        if (quote !== -1) {
          value.push(text.slice(from, quote));
          // Lines are counted within the field alone: a long line must not be gone through again for each of its fields.
          for (let at = opener.offset; at < quote; at += 1) {
            const character = text[at];
            if (character !== '\n' && character !== '\r') continue;
            if (character === '\r' && text[at + 1] === '\n') at += 1;
            line += 1;
            lineStart = at + 1;
          }
          offset = quote + 1;
        }
        if (quote === -1 || (!endsField(offset) && line > opener.line)) {
          // Closed nowhere, or by a quote that opens another field: the field ends with the line that it begins on.
          doubtfulUntil = Math.max(doubtfulUntil, quote === -1 ? text.length : quote);
          ({ offset, line, lineStart } = opener);
          fault = { place, code: 'QUOTE_OPEN', message: 'A quoted field is opened here and never closed.' };
          // The end is searched anew: what was found lies behind it.
          while (offset < text.length && text[offset] !== '\n' && text[offset] !== '\r') offset += 1;
          break;
        }
        if (!endsField(offset)) {
          fault = {
            place: { line, column: offset - lineStart + 1 },
            code: 'QUOTE_INSIDE',
            message: 'Text follows a closing quote; double each quote inside a quoted field.',
          };
          offset = lineEnd(offset);
          break;
        }
        fields.push(value.join(''));
      }
      if (text[offset] !== separator) break;
      offset += 1;
    }
    const endLine = line;
    offset = afterLineEnd(text, offset);
    line += 1;
    lineStart = offset;
    const lines = { line: recordLine, endLine, end: offset };
    if (fault !== undefined) yield { kind: 'fault', ...fault, facts: {}, ...lines };
    else if (fields.length > 1 || fields[0]?.trim() !== '') yield { kind: 'fields', fields, places, ...lines };
    else yield { kind: 'frame', ...lines };
  }
}
