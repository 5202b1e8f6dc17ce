// Keys and values of every layer in one pool of blocks, and the sequences that share it: equal beginnings under the same adapter
// are held once. After vLLM's PagedAttention and automatic prefix caching (Kwon et al. 2023), by equal ids and not by hashes.
import { TributaryError } from '../../lib/errors.ts';
import type { Plan, Tensor } from '../backend.ts';
import { copyBlock } from '../kernels/copyBlock/copyBlock.ts';
import { blockTokens } from '../kernels/pagedAttention/pagedAttention.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { createBlockAllocator, type Prefix } from './createBlockAllocator.ts';

/** What the calls of a decoder read and write. */
export interface KeyValueCache {
  /** Of every layer, f32 [blocks, keyValueHeads, 16, headDimension rounded up to 4]. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** u32 [sequences, tableWidth]: the blocks of each sequence. */
  readonly table: Tensor;
  /** Blocks of the longest sequence. */
  readonly tableWidth: number;
}

/** One sequence of the pool: the ids whose keys and values the cache holds, in blocks of its own or shared ones. */
export interface CachedSequence {
  /** Its row of the table. */
  readonly slot: number;
  readonly ids: readonly number[];
  /** Forgets all ids; what follows is computed with `adapter`. */
  restart(adapter: object | undefined): void;
  /** Takes up the longest beginning of `ids` that any sequence left in the pool, short of the last id; gives its length. */
  resume(ids: readonly number[]): Promise<number>;
  /** Forgets all but the first `length` ids. */
  truncate(length: number): void;
  /** Makes place for ids up to `length`, so that the device may write them. Throws `ENGINE_CACHE_FULL`. */
  reserve(length: number): Promise<void>;
  /** Says that the keys and values of these ids have been submitted, at places that were reserved. */
  append(ids: readonly number[]): void;
  close(): void;
}

export interface KeyValuePool extends KeyValueCache {
  readonly blocks: number;
  /** Throws `ENGINE_CACHE_FULL` when as many are open as the pool was made for. */
  openSequence(): CachedSequence;
  destroy(): void;
}

export interface KeyValuePoolOptions {
  /** Positions that the pool holds, rounded up to whole blocks; default: those of `sequences` whole contexts. */
  readonly positions?: number;
  /** Sequences that are open at a time; default 1. */
  readonly sequences?: number;
}

export function createKeyValuePool(model: LoadedModel, options: KeyValuePoolOptions = {}): KeyValuePool {
  const { backend, config, contextLength } = model;
  const { sequences = 1 } = options;
  const tableWidth = Math.ceil(contextLength / blockTokens);
  const blocks = Math.ceil((options.positions ?? sequences * tableWidth * blockTokens) / blockTokens);
  const blockSize = config.keyValueHeadCount * blockTokens * Math.ceil(config.headDimension / 4) * 4;
  const owned: Tensor[] = [];
  const tensor = (label: string, type: 'f32' | 'u32', length: number): Tensor => {
    const made = backend.createTensor(label, type, length);
    owned.push(made);
    return made;
  };
  const layers = (name: string): Tensor[] =>
    model.layers.map((_, layer) => tensor(`cache ${name} ${layer}`, 'f32', blocks * blockSize));
  const keys = layers('keys');
  const values = layers('values');
  const table = tensor('block table', 'u32', sequences * tableWidth);
  const pair = tensor('copied block', 'u32', 2);
  const allocator = createBlockAllocator(blocks);
  const freeSlots = Array.from({ length: sequences }, (_, index) => sequences - 1 - index);
  const adapters = new WeakMap<object, Prefix>();
  let lastAdapter = -1;
  let copying: Promise<Plan> | undefined;

  /** Negative: the prefixes of the allocator are not. */
  function rootOf(adapter: object | undefined): Prefix {
    if (adapter === undefined) return -1;
    const known = adapters.get(adapter);
    if (known !== undefined) return known;
    lastAdapter -= 1;
    adapters.set(adapter, lastAdapter);
    return lastAdapter;
  }

  async function copy(from: number, to: number): Promise<void> {
    copying ??= backend
      .record(
        'copy block',
        [...keys, ...values].map((cache) => copyBlock(pair, cache, blockSize)),
      )
      .catch((error: unknown) => {
        copying = undefined;
        throw error;
      });
    const plan = await copying;
    backend.upload(pair, Uint32Array.of(from, to));
    backend.submit(plan, { rows: 1 });
  }

  function openSequence(): CachedSequence {
    const slot = freeSlots.pop();
    if (slot === undefined) {
      throw new TributaryError({
        code: 'ENGINE_CACHE_FULL',
        message: 'No further conversation can be open at the same time.',
        facts: { sequences },
        hint: 'End another conversation first.',
      });
    }
    let root = rootOf(undefined);
    let ids: number[] = [];
    /** Its blocks; those of full, remembered ones come with the prefix of what follows. */
    let held: number[] = [];
    let prefixes: Prefix[] = [];

    const uploadBlocks = (first: number): void => {
      if (first >= held.length) return;
      backend.upload(table, Uint32Array.from(held.slice(first)), slot * tableWidth + first);
    };

    function truncate(length: number): void {
      const kept = Math.ceil(Math.min(length, ids.length) / blockTokens);
      // The last one first: what nothing follows is overwritten before what it follows.
      for (const block of held.slice(kept).reverse()) allocator.release(block);
      held = held.slice(0, kept);
      ids = ids.slice(0, length);
      prefixes = prefixes.slice(0, Math.floor(ids.length / blockTokens));
    }

    return {
      slot,
      get ids() {
        return ids;
      },
      restart(adapter) {
        truncate(0);
        root = rootOf(adapter);
      },
      async resume(wanted) {
        const most = wanted.length - 1;
        let own = 0;
        while (own < most && ids[own] === wanted[own]) own += 1;
        const found: number[] = [];
        const foundPrefixes: Prefix[] = [];
        let tail: { readonly block: number; readonly equal: number } | undefined;
        let before = root;
        for (let at = 0; at < most; at += blockTokens) {
          const match = allocator.find(before, wanted.slice(at, Math.min(at + blockTokens, most)));
          if (match === undefined) break;
          if (match.equal < blockTokens) {
            tail = { block: match.known.block, equal: match.equal };
            break;
          }
          found.push(match.known.block);
          foundPrefixes.push(match.known.prefix);
          before = match.known.prefix;
        }
        const length = found.length * blockTokens + (tail?.equal ?? 0);
        if (length <= own) {
          truncate(own);
          return own;
        }
        // Taken before the own ones are released, so that none of them is lost in between.
        for (const block of found) allocator.share(block);
        if (tail !== undefined) allocator.share(tail.block);
        truncate(0);
        held = found;
        prefixes = foundPrefixes;
        ids = wanted.slice(0, length);
        if (tail !== undefined) held.push(tail.block);
        uploadBlocks(0);
        return length;
      },
      truncate,
      async reserve(length) {
        const last = Math.floor(ids.length / blockTokens);
        const partial = ids.length % blockTokens > 0 && length > ids.length ? held[last] : undefined;
        const isShared = partial !== undefined && allocator.isShared(partial);
        const more = Math.max(0, Math.ceil(length / blockTokens) - held.length);
        // All or nothing: blocks that are held but not in the table would let the device write into those of others.
        const taken = allocator.take(more + (isShared ? 1 : 0));
        const first = isShared ? last : held.length;
        if (isShared) {
          try {
            await copy(partial, taken[0] as number);
          } catch (error) {
            for (const block of taken) allocator.release(block);
            throw error;
          }
          allocator.release(partial);
          held.splice(last, 1, ...taken.splice(0, 1));
        } else if (partial !== undefined) {
          allocator.forget(partial);
        }
        held.push(...taken);
        uploadBlocks(first);
      },
      append(more) {
        ids.push(...more);
        while ((prefixes.length + 1) * blockTokens <= ids.length) {
          const index = prefixes.length;
          const block = held[index] as number;
          const content = ids.slice(index * blockTokens, (index + 1) * blockTokens);
          prefixes.push(allocator.remember(block, prefixes[index - 1] ?? root, content));
        }
      },
      close() {
        truncate(0);
        freeSlots.push(slot);
      },
    };
  }

  return {
    keys,
    values,
    table,
    tableWidth,
    blocks,
    openSequence,
    destroy() {
      for (const each of owned.splice(0)) backend.destroyTensor(each);
    },
  };
}
