// Maps the adapter indices of a batch's rows to adapters. An index belongs to its adapter until that is removed.
import type { DeviceAdapter } from './deviceAdapter.ts';

/** The adapter index of a row that uses the base model alone. */
export const NO_ADAPTER = -1;

export interface AdapterTable {
  /** The adapter's index, assigned on first use; `NO_ADAPTER` without one. */
  indexOf(adapter: DeviceAdapter | undefined): number;
  /** Undefined for `NO_ADAPTER` and for a free index. */
  at(index: number): DeviceAdapter | undefined;
  /** Frees the adapter's index for reuse and returns it; `NO_ADAPTER` if it had none. */
  remove(adapter: DeviceAdapter): number;
}

export function createAdapterTable(): AdapterTable {
  const slots: (DeviceAdapter | undefined)[] = [];
  return {
    indexOf(adapter) {
      if (adapter === undefined) return NO_ADAPTER;
      const known = slots.indexOf(adapter);
      if (known >= 0) return known;
      const free = slots.indexOf(undefined);
      const index = free < 0 ? slots.length : free;
      slots[index] = adapter;
      return index;
    },
    at: (index) => slots[index],
    remove(adapter) {
      const index = slots.indexOf(adapter);
      if (index >= 0) slots[index] = undefined;
      return index;
    },
  };
}
