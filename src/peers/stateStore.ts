// The small things a node keeps across restarts: known heads and announcements that wait for a relay.

export interface StateStore {
  entries(): Promise<(readonly [string, Uint8Array])[]>;
  put(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
