// Half-written input that survives a reload, by a key that its room chooses.
import { database, guardWrite } from '../../store/index.ts';

export async function readDraft(key: string): Promise<unknown> {
  return (await database().drafts.get(key))?.value;
}

/** Replaces the draft. Throws what storing throws. */
export async function saveDraft(key: string, value: unknown): Promise<void> {
  await guardWrite(() => database().drafts.put({ key, value, updatedAt: Date.now() }));
}
