// The ports of an installation: where the journal and the bytes are stored. `src/store` implements them.
import type { InstallRecord } from './installRecord.ts';

export interface Journal {
  read(id: string): Promise<InstallRecord | undefined>;
  /** Changes a record; does nothing when it was deleted meanwhile. */
  update(id: string, change: Partial<InstallRecord>): Promise<void>;
}

/** A file being written; complete parts of an earlier attempt stay. */
export interface StoredWriter {
  /** Bytes that survive if the page goes now. When opened, those of an earlier attempt. */
  readonly keptBytes: number;
  /** Those of the earlier attempt. */
  readonly kept: Blob;
  write(bytes: Uint8Array): Promise<void>;
  finish(facts: Record<string, string>): Promise<Blob>;
}

export interface FileStore {
  open(name: string): Promise<StoredWriter>;
  /** The file, when it is complete, with the facts that `finish` was given. */
  read(name: string): Promise<{ readonly blob: Blob; readonly facts: Readonly<Record<string, string>> } | undefined>;
  /** Stored bytes of a file, complete or not. */
  sizeOf(name: string): Promise<number>;
  remove(name: string): Promise<void>;
  /** Throws `STORE_QUOTA_EXCEEDED`. */
  requireSpace(bytes: number): Promise<void>;
  /** Asks the browser not to clear this origin's storage. */
  persist(): Promise<unknown>;
}

/** Progress of an installation; the newest replaces the one before. */
export interface InstallProgress {
  readonly id: string;
  readonly phase: 'queued' | 'downloading' | 'waiting' | 'packing' | 'ended';
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** With `waiting`: the reason, and the time of the next attempt. */
  readonly reason?: 'offline' | 'network';
  readonly at?: number;
}
