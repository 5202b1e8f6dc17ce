// What installing a model is handed: where the journal and the bytes are kept. `src/store` fits.
import type { InstallRecord } from './installRecord.ts';

export interface Journal {
  read(id: string): Promise<InstallRecord | undefined>;
  /** Changes a record that is there; does nothing when it was deleted meanwhile. */
  update(id: string, change: Partial<InstallRecord>): Promise<void>;
}

/** A file being written; complete parts of an earlier attempt are kept. */
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
  /** The file, when it is whole, with what `finish` was told of it. */
  read(name: string): Promise<{ readonly blob: Blob; readonly facts: Readonly<Record<string, string>> } | undefined>;
  /** Bytes that are kept of a file, whole or not. */
  sizeOf(name: string): Promise<number>;
  remove(name: string): Promise<void>;
  /** Throws `STORE_QUOTA_EXCEEDED`. */
  requireSpace(bytes: number): Promise<void>;
  /** Asks the browser not to clear what is kept. */
  persist(): Promise<unknown>;
}

/** What is told while a model is installed; the newest replaces the one before. */
export interface InstallProgress {
  readonly id: string;
  readonly phase: 'queued' | 'downloading' | 'waiting' | 'packing' | 'ended';
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
  /** With `waiting`: why, and when it is tried again. */
  readonly reason?: 'offline' | 'network';
  readonly at?: number;
}
