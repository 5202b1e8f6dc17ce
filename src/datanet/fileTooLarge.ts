import { TributaryError } from '../lib/errors.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** `bytes`: how many it has, or has at least. */
export function fileTooLarge(fileName: string, bytes: number): TributaryError {
  return new TributaryError({
    code: 'FILE_TOO_LARGE',
    message: `The file is larger than ${MAX_FILE_BYTES} bytes.`,
    facts: { file: fileName, bytes, maxBytes: MAX_FILE_BYTES },
    hint: 'Split it into smaller files and contribute them one after another.',
  });
}
