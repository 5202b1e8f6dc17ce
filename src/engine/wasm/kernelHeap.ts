// Allocates blocks in one WebAssembly memory: a free list, first fit, adjacent blocks merged. Addresses in bytes, block sizes in
// multiples of 16 bytes. The memory grows to at most 4 GiB and never shrinks: it is freed when its backend is dropped.

export interface HeapBlock {
  readonly address: number;
  readonly bytes: number;
}

export interface KernelHeap {
  readonly memory: WebAssembly.Memory;
  /** Returns undefined if the memory cannot grow any more (4 GiB, or less if the browser refuses). */
  allocate(bytes: number): HeapBlock | undefined;
  free(block: HeapBlock): void;
}

const PAGE_BYTES = 65_536;
/** Growing detaches all arrays over the memory, so it grows by at least one MiB. */
const MIN_PAGES = 16;
/** Kernels read whole vectors, slightly beyond the last block. */
const SLACK_BYTES = 64;

export function createKernelHeap(): KernelHeap {
  const memory = new WebAssembly.Memory({ initial: 1 });
  /** Everything from here on is free. */
  let top = 0;
  /** The free list below `top`, by address, no two adjacent. */
  const freed: HeapBlock[] = [];

  return {
    memory,
    allocate(wanted) {
      const bytes = Math.ceil(wanted / 16) * 16;
      const fitting = freed.findIndex((block) => block.bytes >= bytes);
      const block = freed[fitting];
      if (block !== undefined) {
        const rest = { address: block.address + bytes, bytes: block.bytes - bytes };
        freed.splice(fitting, 1, ...(rest.bytes > 0 ? [rest] : []));
        return { address: block.address, bytes };
      }
      const missing = Math.ceil((top + bytes + SLACK_BYTES - memory.buffer.byteLength) / PAGE_BYTES);
      if (missing > 0) {
        try {
          memory.grow(Math.max(missing, MIN_PAGES));
        } catch (error) {
          if (error instanceof RangeError) return undefined;
          throw error;
        }
      }
      const address = top;
      top += bytes;
      return { address, bytes };
    },
    free({ address, bytes }) {
      let next = freed.findIndex((block) => block.address > address);
      if (next < 0) next = freed.length;
      const before = freed[next - 1];
      const after = freed[next];
      const joinsBefore = before !== undefined && before.address + before.bytes === address;
      const joinsAfter = after !== undefined && address + bytes === after.address;
      const start = joinsBefore ? before.address : address;
      const end = joinsAfter ? after.address + after.bytes : address + bytes;
      const from = joinsBefore ? next - 1 : next;
      const gone = Number(joinsBefore) + Number(joinsAfter);
      if (end === top) {
        top = start;
        freed.splice(from, gone);
      } else {
        freed.splice(from, gone, { address: start, bytes: end - start });
      }
    },
  };
}
