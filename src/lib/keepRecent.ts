// Things that are costly to open and to keep: each is opened once, and only those used last stay open.

export interface KeepRecentParameters<Item, Opened> {
  /** How many stay open. */
  readonly max: number;
  open(item: Item): Promise<Opened>;
  /** Called once what was opened is no longer among the last; what it throws is lost. */
  close(id: string): Promise<void>;
}

export interface KeptRecent<Item, Opened> {
  /** The item, open under its id. Throws what `open` throws, and then forgets it. */
  open(item: Item): Promise<Opened>;
  /** Forgets everything without closing it: what it was open in is gone. Returns what puts it back, in place of what was opened since. */
  clear(): () => void;
}

export function keepRecent<Item extends { readonly id: string }, Opened>({
  max,
  open,
  close,
}: KeepRecentParameters<Item, Opened>): KeptRecent<Item, Opened> {
  /** Least recently used first. */
  let opened = new Map<string, Promise<Opened>>();

  async function evict(id: string, opening: Promise<Opened>): Promise<void> {
    const from = opened;
    from.delete(id);
    await opening;
    // Asked for again meanwhile: the new one has its place.
    if (from === opened && !opened.has(id)) await close(id);
  }

  return {
    open(item) {
      const { id } = item;
      const into = opened;
      const opening = into.get(id) ?? open(item);
      if (!into.has(id)) {
        opening.catch(() => {
          if (into.get(id) === opening) into.delete(id);
        });
      }
      into.delete(id);
      into.set(id, opening);
      for (const [oldest, promise] of [...into].slice(0, -max)) {
        // One that fails to open leaves nothing to close, and whoever asked for it was told.
        evict(oldest, promise).catch(() => undefined);
      }
      return opening;
    },
    clear() {
      const before = opened;
      opened = new Map();
      return () => {
        opened = before;
      };
    },
  };
}
