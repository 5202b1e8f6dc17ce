// Which block of a key-value cache holds what: counts of users, the contents of full blocks, and whose turn it is to be
// overwritten. It knows numbers of blocks and token ids, and no tensor.
import { TributaryError } from '../../lib/errors.ts';

/** What stands before a block: the same number means the same adapter and the same token ids from the start. */
export type Prefix = number;

export interface KnownBlock {
  readonly block: number;
  /** The ids whose keys and values the block holds. */
  readonly ids: readonly number[];
  /** What stands before the block that follows it. */
  readonly prefix: Prefix;
}

export interface BlockAllocator {
  /** Blocks that nobody uses, remembered contents included. */
  readonly available: number;
  /** Blocks for one user, whose contents are forgotten. Throws `ENGINE_CACHE_FULL` when there are not so many, and takes none. */
  take(count: number): number[];
  /** One user more of a block that is known. */
  share(block: number): void;
  /** One user less. Its contents stay known until the block is taken again. */
  release(block: number): void;
  isShared(block: number): boolean;
  /** Says that `block` holds `ids` after `prefix`; gives the prefix of what follows. Equal contents have one prefix. */
  remember(block: number, prefix: Prefix, ids: readonly number[]): Prefix;
  /** Its only user is about to write into it. */
  forget(block: number): void;
  /** The block after `prefix` that begins with most of `ids`, and how many those are. */
  find(prefix: Prefix, ids: readonly number[]): { readonly known: KnownBlock; readonly equal: number } | undefined;
}

interface Entry extends KnownBlock {
  readonly before: Prefix;
}

function equalStart(left: readonly number[], right: readonly number[]): number {
  let equal = 0;
  while (equal < left.length && equal < right.length && left[equal] === right[equal]) equal += 1;
  return equal;
}

/**
 * Prefixes are 0 and up, in the order in which they are first seen; a caller that wants prefixes of its own (one for each
 * adapter) takes negative numbers. Unused blocks are overwritten in the order in which they were released.
 */
export function createBlockAllocator(blocks: number): BlockAllocator {
  const users = new Uint32Array(blocks);
  /** Unused blocks in the order in which they are taken: those without contents are put in front by never leaving it. */
  const empty = Array.from({ length: blocks }, (_, index) => blocks - 1 - index);
  const unused = new Set<number>();
  const entries = new Map<number, Entry>();
  const following = new Map<Prefix, Set<Entry>>();
  let nextPrefix = 0;

  const available = (): number => empty.length + unused.size;

  function forget(block: number): void {
    const entry = entries.get(block);
    if (entry === undefined) return;
    entries.delete(block);
    const siblings = following.get(entry.before);
    siblings?.delete(entry);
    if (siblings?.size === 0) following.delete(entry.before);
  }

  return {
    get available() {
      return available();
    },
    take(count) {
      if (count > available()) {
        throw new TributaryError({
          code: 'ENGINE_CACHE_FULL',
          message: 'The memory for conversations is full.',
          facts: { blocks, available: available(), needed: count },
          hint: 'End another conversation, or load the model with a longer context.',
        });
      }
      return Array.from({ length: count }, () => {
        const block = empty.pop() ?? (unused.values().next().value as number);
        unused.delete(block);
        forget(block);
        users[block] = 1;
        return block;
      });
    },
    share(block) {
      unused.delete(block);
      users[block] = (users[block] ?? 0) + 1;
    },
    release(block) {
      users[block] = (users[block] ?? 1) - 1;
      if (users[block] !== 0) return;
      if (entries.has(block)) unused.add(block);
      else empty.push(block);
    },
    isShared: (block) => (users[block] ?? 0) > 1,
    remember(block, before, ids) {
      const siblings = following.get(before) ?? new Set();
      for (const each of siblings) {
        if (each.ids.length === ids.length && equalStart(each.ids, ids) === ids.length) return each.prefix;
      }
      const entry = { block, ids: [...ids], before, prefix: nextPrefix };
      nextPrefix += 1;
      entries.set(block, entry);
      following.set(before, siblings.add(entry));
      return entry.prefix;
    },
    forget,
    find(prefix, ids) {
      let best: { known: KnownBlock; equal: number } | undefined;
      for (const known of following.get(prefix) ?? []) {
        const equal = equalStart(known.ids, ids);
        if (equal > (best?.equal ?? 0)) best = { known, equal };
      }
      return best;
    },
  };
}
