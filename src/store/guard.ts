// Turns the browser's storage failures into typed errors with a hint. Units: bytes.
import { TributaryError } from '../lib/errors.ts';

function isQuota(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'QuotaExceededError') return true;
  // Dexie wraps the DOM error in an AbortError and keeps the original as `inner`.
  return 'inner' in error && isQuota(error.inner);
}

/** Used and allowed storage, in bytes. `persistent`: the browser does not clear it without asking. */
export interface StorageEstimateReport {
  readonly usage: number;
  readonly quota: number;
  readonly persistent: boolean;
}

/** The browser's own estimate; zeros where it has none. */
export async function estimateStorage(): Promise<StorageEstimateReport> {
  const [estimate, persistent] = await Promise.all([
    navigator.storage?.estimate?.() ?? {},
    navigator.storage?.persisted?.() ?? false,
  ]);
  return { usage: estimate.usage ?? 0, quota: estimate.quota ?? 0, persistent };
}

/** Chromium reports the used bytes and ten GiB more to every page, whatever is free. */
const CONSTANT_FREE_BYTES = 10 * 2 ** 30;

/** Free storage in bytes; undefined where the browser has no estimate or reports a constant one. */
export async function freeStorage(): Promise<number | undefined> {
  const { usage, quota } = await estimateStorage();
  return quota === 0 || quota - usage === CONSTANT_FREE_BYTES ? undefined : Math.max(0, quota - usage);
}

/** Asks the browser to keep this origin's data; true when it agreed. */
export async function persistStorage(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}

async function quotaError(needed: number | undefined, cause: unknown): Promise<TributaryError> {
  const [{ quota }, free] = await Promise.all([estimateStorage(), freeStorage()]);
  return new TributaryError({
    code: 'STORE_QUOTA_EXCEEDED',
    message: 'This browser has no room left for these bytes.',
    facts: {
      ...(needed === undefined ? {} : { neededBytes: needed }),
      ...(free === undefined ? {} : { freeBytes: free, quotaBytes: quota }),
    },
    hint: 'Delete a model or old chats under Settings, or continue from memory for this visit.',
    cause,
  });
}

/** Throws `STORE_QUOTA_EXCEEDED` when the browser says that `bytes` more will not fit. Where it does not tell, the write will. */
export async function requireSpace(bytes: number): Promise<void> {
  const free = await freeStorage();
  if (free !== undefined && bytes > free) throw await quotaError(bytes, undefined);
}

/**
 * Runs a write; a refusal for lack of space becomes `STORE_QUOTA_EXCEEDED`, a blocked or broken database
 * `STORE_UNAVAILABLE`; everything else passes through.
 */
export async function guardWrite<Result>(write: () => Promise<Result>, bytes?: number): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (isQuota(error)) throw await quotaError(bytes, error);
    if (
      error instanceof Error &&
      ['OpenFailedError', 'MissingAPIError', 'SecurityError', 'InvalidStateError'].includes(error.name)
    ) {
      throw new TributaryError({
        code: 'STORE_UNAVAILABLE',
        message: 'This browser does not let the page keep data.',
        facts: { reason: error.name },
        hint: 'Leave private browsing or allow site data, then reload; until then nothing is remembered.',
        cause: error,
      });
    }
    throw error;
  }
}
