// Unfinished input that must survive a reload, by keys that the rooms choose.
import { database, guardWrite } from '../../store/index.ts';

export async function readDraft<Value>(key: string): Promise<Value | undefined> {
  return (await database().drafts.get(key))?.value as Value | undefined;
}

/** Throws as `guardWrite`. */
export async function writeDraft(key: string, value: unknown): Promise<void> {
  await guardWrite(() => database().drafts.put({ key, value, updatedAt: Date.now() }));
}

export async function deleteDraft(key: string): Promise<void> {
  await database().drafts.delete(key);
}
