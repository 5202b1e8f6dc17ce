// The adapters that stay loaded beside their base. It knows no engine and no storage: they are ports.
import type { AdapterSummary } from '../../engine/index.ts';
import { type KeptRecent, keepRecent } from '../../lib/keepRecent.ts';

/** Weights, device buffers and gradients of an adapter take 7 MB and more: enough of them stay to compare. */
export const MAX_LOADED_ADAPTERS = 3;

export interface AdapterPorts<Adapter> {
  load(adapter: Adapter): Promise<AdapterSummary>;
  unload(id: string): Promise<void>;
}

/** Loads adapters when they are asked for; the three used last stay loaded. */
export function keepAdapters<Adapter extends { readonly id: string }>({
  load,
  unload,
}: AdapterPorts<Adapter>): KeptRecent<Adapter, AdapterSummary> {
  return keepRecent({ max: MAX_LOADED_ADAPTERS, open: load, close: unload });
}
