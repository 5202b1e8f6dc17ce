// The KV cache: keys and values of every layer in one pool of blocks, shared by sequences. Equal prefixes under the same adapter are
// stored once (prefix cache). After vLLM's PagedAttention and automatic prefix caching (Kwon et al. 2023), by ids instead of hashes.
import { TributaryError } from '../../lib/errors.ts';
import type { Plan, Tensor } from '../backend.ts';
import { copyBlock } from '../kernels/copyBlock/copyBlock.ts';
import { BLOCK_SIZE } from '../kernels/pagedAttention/pagedAttention.ts';
import type { LoadedModel } from '../model/decoderWeights.ts';
import { createBlockAllocator, type Prefix } from './createBlockAllocator.ts';

/** The tensors that the calls of a decoder read and write. */
export interface KVCacheTensors {
  /** By layer: f32 [blocks, keyValueHeads, 16, headDimension rounded up to 4]. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  /** u32 [sequences, maxBlocksPerSequence]: the blocks of each sequence. */
  readonly table: Tensor;
  /** Blocks of the longest sequence. */
  readonly maxBlocksPerSequence: number;
}

/** One sequence of the cache: the ids whose keys and values are cached, in its own or shared blocks. */
export interface CachedSequence {
  /** Its row of the block table. */
  readonly slot: number;
  readonly ids: readonly number[];
  /** Drops all ids; further ids are computed with `adapter`. */
  restart(adapter: object | undefined): void;
  /** Reuses the longest cached prefix of `ids`, without the last id; returns its length. */
  matchPrefixCache(ids: readonly number[]): Promise<number>;
  /** Drops all but the first `length` ids. */
  truncate(length: number): void;
  /** Reserves blocks for ids up to `length`, so that the device may write them. Throws `ENGINE_CACHE_FULL`. */
  reserve(length: number): Promise<void>;
  /** Records that the keys and values of these ids have been submitted, in reserved blocks. */
  append(ids: readonly number[]): void;
  close(): void;
}

export interface KVCache extends KVCacheTensors {
  readonly blocks: number;
  /** Throws `ENGINE_CACHE_FULL` if `sequences` of them are open. */
  openSequence(): CachedSequence;
  destroy(): void;
}

export interface KVCacheOptions {
  /** Positions in the cache, rounded up to whole blocks. Default: those of `sequences` full contexts. */
  readonly positions?: number;
  /** Maximum number of open sequences. Default: 1. */
  readonly sequences?: number;
}

export function createKVCache(model: LoadedModel, options: KVCacheOptions = {}): KVCache {
  const { backend, config, contextLength } = model;
  const { sequences = 1 } = options;
  const maxBlocksPerSequence = Math.ceil(contextLength / BLOCK_SIZE);
  const blocks = Math.ceil((options.positions ?? sequences * maxBlocksPerSequence * BLOCK_SIZE) / BLOCK_SIZE);
  const blockElements = config.keyValueHeadCount * BLOCK_SIZE * Math.ceil(config.headDimension / 4) * 4;
  const owned: Tensor[] = [];
  const tensor = (label: string, type: 'f32' | 'u32', length: number): Tensor => {
    const made = backend.createTensor(label, type, length);
    owned.push(made);
    return made;
  };
  const layers = (name: string): Tensor[] =>
    model.layers.map((_, layer) => tensor(`cache ${name} ${layer}`, 'f32', blocks * blockElements));
  const keys = layers('keys');
  const values = layers('values');
  const table = tensor('block table', 'u32', sequences * maxBlocksPerSequence);
  const pair = tensor('copied block', 'u32', 2);
  const allocator = createBlockAllocator(blocks);
  const freeSlots = Array.from({ length: sequences }, (_, index) => sequences - 1 - index);
  const adapters = new WeakMap<object, Prefix>();
  let lastAdapter = -1;
  let copying: Promise<Plan> | undefined;

  /** Negative, unlike the allocator's own prefixes. */
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
        [...keys, ...values].map((cache) => copyBlock(pair, cache, blockElements)),
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
    /** Its blocks; each full, cached one determines the prefix of the next. */
    let sequenceBlocks: number[] = [];
    let prefixes: Prefix[] = [];

    const uploadBlocks = (first: number): void => {
      if (first >= sequenceBlocks.length) return;
      backend.upload(table, Uint32Array.from(sequenceBlocks.slice(first)), slot * maxBlocksPerSequence + first);
    };

    function truncate(length: number): void {
      const kept = Math.ceil(Math.min(length, ids.length) / BLOCK_SIZE);
      // The last block first: a block is evicted before the blocks it follows.
      for (const block of sequenceBlocks.slice(kept).reverse()) allocator.free(block);
      sequenceBlocks = sequenceBlocks.slice(0, kept);
      ids = ids.slice(0, length);
      prefixes = prefixes.slice(0, Math.floor(ids.length / BLOCK_SIZE));
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
      async matchPrefixCache(wanted) {
        const most = wanted.length - 1;
        let own = 0;
        while (own < most && ids[own] === wanted[own]) own += 1;
        const found: number[] = [];
        const foundPrefixes: Prefix[] = [];
        let tail: { readonly block: number; readonly equal: number } | undefined;
        let before = root;
        for (let at = 0; at < most; at += BLOCK_SIZE) {
          const match = allocator.matchPrefix(before, wanted.slice(at, Math.min(at + BLOCK_SIZE, most)));
          if (match === undefined) break;
          if (match.equal < BLOCK_SIZE) {
            tail = { block: match.known.block, equal: match.equal };
            break;
          }
          found.push(match.known.block);
          foundPrefixes.push(match.known.prefix);
          before = match.known.prefix;
        }
        const length = found.length * BLOCK_SIZE + (tail?.equal ?? 0);
        if (length <= own) {
          truncate(own);
          return own;
        }
        // Retained before the sequence's own blocks are freed, so that none of them is evicted in between.
        for (const block of found) allocator.retain(block);
        if (tail !== undefined) allocator.retain(tail.block);
        truncate(0);
        sequenceBlocks = found;
        prefixes = foundPrefixes;
        ids = wanted.slice(0, length);
        if (tail !== undefined) sequenceBlocks.push(tail.block);
        uploadBlocks(0);
        return length;
      },
      truncate,
      async reserve(length) {
        const last = Math.floor(ids.length / BLOCK_SIZE);
        const partial = ids.length % BLOCK_SIZE > 0 && length > ids.length ? sequenceBlocks[last] : undefined;
        const isShared = partial !== undefined && allocator.isShared(partial);
        const more = Math.max(0, Math.ceil(length / BLOCK_SIZE) - sequenceBlocks.length);
        // All or nothing: if allocated blocks were missing from the table, the device would write into those of others.
        const taken = allocator.allocate(more + (isShared ? 1 : 0));
        const first = isShared ? last : sequenceBlocks.length;
        if (isShared) {
          try {
            await copy(partial, taken[0] as number);
          } catch (error) {
            for (const block of taken) allocator.free(block);
            throw error;
          }
          allocator.free(partial);
          sequenceBlocks.splice(last, 1, ...taken.splice(0, 1));
        } else if (partial !== undefined) {
          allocator.evict(partial);
        }
        sequenceBlocks.push(...taken);
        uploadBlocks(first);
      },
      append(more) {
        ids.push(...more);
        while ((prefixes.length + 1) * BLOCK_SIZE <= ids.length) {
          const index = prefixes.length;
          const block = sequenceBlocks[index] as number;
          const content = ids.slice(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE);
          prefixes.push(allocator.cachePrefix(block, prefixes[index - 1] ?? root, content));
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
    maxBlocksPerSequence,
    blocks,
    openSequence,
    destroy() {
      for (const each of owned.splice(0)) backend.destroyTensor(each);
    },
  };
}
