// Erasing everything is loaded by the page that does it.
import type { Leftover } from './eraseEverything.ts';

/** As `eraseEverything.ts`. */
export async function eraseEverything(): Promise<readonly Leftover[]> {
  const module = await import('./eraseEverything.ts');
  return module.eraseEverything();
}
