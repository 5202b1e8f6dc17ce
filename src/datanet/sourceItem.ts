// What the readers of a file give, in order: every line of it belongs to one item, so that nothing can be left out unseen.
import type { Json } from '../lib/canonicalJson.ts';
import type { Fact } from '../lib/errors.ts';

/** Line and column, from 1; `column` in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Lines {
  /** First and last line of the item, from 1. Items of one line may share it. */
  readonly line: number;
  readonly endLine: number;
  /** Offset in the text that has been read, for progress. */
  readonly end: number;
}

/** One record: an object of JSON, or the fields of a line of a table. */
export interface RecordItem extends Lines {
  readonly kind: 'record';
  readonly record: Json;
  readonly start: Place;
  /** Place of a field's value. */
  readonly place: (field: string) => Place;
  /** Fields whose number is kept as text, because no program would read it as it stands. */
  readonly exactNumbers: readonly { readonly field: string; readonly place: Place }[];
  /** Fields whose value no row can hold. */
  readonly unused?: readonly string[];
}

/** What cannot be read. */
export interface FaultItem extends Lines {
  readonly kind: 'fault';
  readonly place: Place;
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** Lines that carry no record: empty ones, a table's header, the brackets around a list. */
export interface FrameItem extends Lines {
  readonly kind: 'frame';
}

export type SourceItem = RecordItem | FaultItem | FrameItem;
