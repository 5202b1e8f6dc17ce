// Where events are stored between visits: a port, so that settlement knows no database. All rows belong to a scope
// (`eventScope`), and the rows of a scope are a function of its last block: they are the events of the chain that ends there.
import type { Hex } from '../types/hex.ts';
import type { EventName, EventRecord } from './eventReader.ts';

export interface BlockReference {
  readonly number: number;
  readonly hash: Hex;
}

export interface EventTablesChange {
  readonly scope: string;
  /** Hash of the last stored block on which this change builds; undefined: the scope is empty. */
  readonly expected: Hex | undefined;
  /** Records of blocks above this one are deleted before `records` are stored. */
  readonly deleteAbove: number;
  readonly records: readonly EventRecord[];
  /** Replaces the stored blocks. */
  readonly blocks: readonly BlockReference[];
}

export interface EventTables {
  /** Recent blocks, ascending. The tables are complete up to the last one; the others find the fork of a reorg. */
  blocks(scope: string): Promise<readonly BlockReference[]>;
  /**
   * Applies a change in one transaction. Changes nothing and returns false when the last stored block is not `expected`:
   * another tab or process was faster.
   */
  commit(change: EventTablesChange): Promise<boolean>;
  /** Records of one name, ascending by block and log index. */
  list(scope: string, name: EventName): Promise<readonly EventRecord[]>;
}
