import { TributaryError } from '../lib/errors.ts';

/** The disk, or what a browser grants, is full. */
export function storageFull(cause?: unknown): TributaryError {
  return new TributaryError({
    code: 'STORAGE_FULL',
    message: 'There is no room left to keep these bytes.',
    hint: 'Free space in settings under storage, then try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
