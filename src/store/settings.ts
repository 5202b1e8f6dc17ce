// Settings that outlive a visit, by key. Values are plain JSON.
import { database } from './database.ts';
import { guardWrite } from './guard.ts';

export async function readSetting<Value>(key: string): Promise<Value | undefined> {
  return (await database().settings.get(key))?.value as Value | undefined;
}

export async function writeSetting(key: string, value: unknown): Promise<void> {
  await guardWrite(() => database().settings.put({ key, value }));
}

export async function deleteSetting(key: string): Promise<void> {
  await database().settings.delete(key);
}
