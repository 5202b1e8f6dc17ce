// Blocks of one WebAssembly memory: a bump pointer and a list of freed blocks, first fit. Addresses in bytes, blocks of
// whole 16 bytes. The memory grows and never shrinks.

export interface HeapBlock {
  readonly address: number;
  readonly bytes: number;
}

export interface KernelHeap {
  readonly memory: WebAssembly.Memory;
  /** Undefined when the memory cannot grow any more (4 GiB, or less where the browser has less to give). */
  allocate(bytes: number): HeapBlock | undefined;
  free(block: HeapBlock): void;
}

const pageBytes = 65_536;

export function createKernelHeap(): KernelHeap {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let top = 0;
  const freed: HeapBlock[] = [];

  return {
    memory,
    allocate(wanted) {
      const bytes = Math.ceil(wanted / 16) * 16;
      const fitting = freed.findIndex((block) => block.bytes >= bytes);
      const block = freed[fitting];
      if (block !== undefined) {
        freed.splice(fitting, 1);
        const rest = { address: block.address + bytes, bytes: block.bytes - bytes };
        if (rest.bytes > 0) freed.push(rest);
        return { address: block.address, bytes };
      }
      const missing = Math.ceil((top + bytes - memory.buffer.byteLength) / pageBytes);
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch (error) {
          if (error instanceof RangeError) return undefined;
          throw error;
        }
      }
      const address = top;
      top += bytes;
      return { address, bytes };
    },
    free(block) {
      freed.push(block);
    },
  };
}
