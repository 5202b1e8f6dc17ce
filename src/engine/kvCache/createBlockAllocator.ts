// Allocates the blocks of a KV cache: reference counts, the contents of full blocks, and the order of eviction. Knows block numbers
// and token ids, and no tensor.
import { TributaryError } from '../../lib/errors.ts';

/** Everything before a block: equal numbers mean the same adapter and the same token ids from the start. */
export type Prefix = number;

export interface CachedBlock {
  readonly block: number;
  /** The ids whose keys and values the block holds. */
  readonly ids: readonly number[];
  /** The prefix of the next block. */
  readonly prefix: Prefix;
}

export interface BlockAllocator {
  /** Free blocks, including those with cached contents. */
  readonly available: number;
  /** Free blocks, whose contents are evicted, with one reference each. Throws `ENGINE_CACHE_FULL` if too few are free, and allocates none. */
  allocate(count: number): number[];
  /** Adds a reference to a block. */
  retain(block: number): void;
  /** Drops a reference. At zero, the contents stay cached until the block is allocated again. */
  free(block: number): void;
  isShared(block: number): boolean;
  /** Records that `block` contains `ids` after `prefix`; returns the prefix of the next block. Equal contents have one prefix. */
  cachePrefix(block: number, prefix: Prefix, ids: readonly number[]): Prefix;
  /** Drops the cached contents of a block that is about to be written. */
  evict(block: number): void;
  /** The cached block after `prefix` that shares the longest prefix with `ids`, and the length of that. */
  matchPrefix(
    prefix: Prefix,
    ids: readonly number[],
  ): { readonly known: CachedBlock; readonly equal: number } | undefined;
}

interface Entry extends CachedBlock {
  readonly before: Prefix;
}

function equalStart(left: readonly number[], right: readonly number[]): number {
  let equal = 0;
  while (equal < left.length && equal < right.length && left[equal] === right[equal]) equal += 1;
  return equal;
}

/**
 * Prefixes count up from 0 in the order of first use; callers use negative numbers for their own prefixes (one per adapter). Free
 * blocks are allocated in the order in which they were freed.
 */
export function createBlockAllocator(blocks: number): BlockAllocator {
  const references = new Uint32Array(blocks);
  /** Free blocks without contents, which are allocated first, then those with contents, least recently freed first. */
  const empty = Array.from({ length: blocks }, (_, index) => blocks - 1 - index);
  const unused = new Set<number>();
  const entries = new Map<number, Entry>();
  const following = new Map<Prefix, Set<Entry>>();
  let nextPrefix = 0;

  const available = (): number => empty.length + unused.size;

  function evict(block: number): void {
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
    allocate(count) {
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
        evict(block);
        references[block] = 1;
        return block;
      });
    },
    retain(block) {
      unused.delete(block);
      references[block] = (references[block] ?? 0) + 1;
    },
    free(block) {
      references[block] = (references[block] ?? 1) - 1;
      if (references[block] !== 0) return;
      if (entries.has(block)) unused.add(block);
      else empty.push(block);
    },
    isShared: (block) => (references[block] ?? 0) > 1,
    cachePrefix(block, before, ids) {
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
    evict,
    matchPrefix(prefix, ids) {
      let best: { known: CachedBlock; equal: number } | undefined;
      for (const known of following.get(prefix) ?? []) {
        const equal = equalStart(known.ids, ids);
        if (equal > (best?.equal ?? 0)) best = { known, equal };
      }
      return best;
    },
  };
}
