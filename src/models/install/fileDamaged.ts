import { TributaryError } from '../../lib/errors.ts';

/** The bytes are not those that were announced, or not those of the attempt before. */
export function fileDamaged(
  { name, sha256 }: { readonly name: string; readonly sha256?: string | undefined },
  actual: string,
  bytes: number,
): TributaryError {
  return new TributaryError({
    code: 'MODEL_FILE_DAMAGED',
    message: `"${name}" is here, but it is not the file that was announced.`,
    facts: { file: name, expected: sha256 ?? '', actual, bytes },
    hint: 'None of it was stored. Try again, or use another source.',
  });
}
