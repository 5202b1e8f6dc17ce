// For tests only: what Firefox's shader compiler says of a shader. Dawn, on which the tests run, has Chromium's.
import { NagaError, parseWgsl, validate } from 'naga-wasm';

const accepted = new Set<string>();

/**
 * Throws, with the compiler's words, when naga does not take the WGSL module `source`.
 *
 * The directive that enables subgroups is left out: naga computes with them, but does not know the directive yet, which is why
 * Firefox offers no subgroups to pages.
 */
export function requireNaga(name: string, source: string): void {
  if (accepted.has(source)) return;
  try {
    validate(parseWgsl(source.replace(/^enable subgroups;/m, '')));
  } catch (error) {
    if (!(error instanceof NagaError)) throw error;
    throw new Error(`Firefox would refuse the shader of "${name}": ${error.formatted}`);
  }
  accepted.add(source);
}
