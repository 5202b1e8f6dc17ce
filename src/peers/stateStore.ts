// Small values that a node stores across restarts: known heads, its own announcements, and those that wait for a relay.

export interface StateStore {
  entries(): Promise<(readonly [string, Uint8Array])[]>;
  put(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
