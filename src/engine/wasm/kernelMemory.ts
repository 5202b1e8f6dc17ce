// The memory of the CPU backend's tensors: blocks of the kernel's heap, so that kernels use them without copying.
import type { ElementArray, ElementType } from '../backend.ts';
import type { ElementMemory } from '../reference/createReferenceBackend.ts';
import { type MatrixKernel, memoryFull } from './matrixKernel.ts';

const arrays = { f32: Float32Array, u32: Uint32Array, i32: Int32Array } as const;

export function kernelMemory({ heap }: MatrixKernel): ElementMemory {
  return {
    get generation() {
      // A memory that has grown has another buffer.
      return heap.memory.buffer;
    },
    allocate(type: ElementType, length: number) {
      // An empty block would share its address with the next.
      const bytes = Math.max(16, length * 4);
      const block = heap.allocate(bytes);
      if (block === undefined) throw memoryFull(heap, bytes);
      const make = (): ElementArray => new arrays[type](heap.memory.buffer as ArrayBuffer, block.address, length);
      let array = make();
      // Blocks of freed tensors are reused.
      array.fill(0);
      return {
        array() {
          if (array.buffer !== heap.memory.buffer) array = make();
          return array;
        },
        free() {
          heap.free(block);
        },
      };
    },
  };
}
