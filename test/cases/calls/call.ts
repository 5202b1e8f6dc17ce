import type { Json } from '../../../src/lib/canonicalJson.ts';

export interface CallContext {
  /** The bytes of a file of the case's folder. */
  file(name: string): Promise<Blob>;
  /** Its path, or that of the folder itself. */
  path(name?: string): string;
  /** Runs after the call, whatever came of it; the last that was given runs first. */
  onEnd(clean: () => unknown): void;
}

/** Gives what a person would see of the call, as JSON; throws what the call throws. */
export type Call = (input: Json, context: CallContext) => Promise<Json>;
