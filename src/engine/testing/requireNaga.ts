// For tests only: checks a shader with Firefox's compiler, naga. Dawn, on which the tests run, uses Chromium's.
import { NagaError, parseWgsl, validate } from 'naga-wasm';

const accepted = new Set<string>();

/**
 * Throws, with the compiler's message, if naga refuses the WGSL module `source`.
 *
 * The directive that enables subgroups is removed: naga supports them, but does not know the directive yet, which is why
 * Firefox does not offer subgroups to pages.
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
