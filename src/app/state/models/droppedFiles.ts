// Files and folders that the user dropped or chose, as one list with paths. Nothing is read.
import type { DroppedFile } from './installs.ts';

/** Far above any model; a whole home directory is a mistake. */
const MAX_FILES = 5000;

/** Files of an `<input>`: with `webkitdirectory` they know their path. */
export function filesOfInput(files: readonly File[]): DroppedFile[] {
  return files
    .slice(0, MAX_FILES)
    .map((file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, blob: file }));
}

function readEntries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function collect(entry: FileSystemEntry, found: DroppedFile[]): Promise<void> {
  if (found.length >= MAX_FILES) return;
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ name: entry.fullPath.replace(/^\/+/, ''), blob });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader hands out a hundred at a time; an empty list is the end.
  for (let entries = await readEntries(reader); entries.length > 0; entries = await readEntries(reader))
    for (const child of entries) await collect(child, found);
}

/** What was dropped, folders included. Call it in the turn of the event: the browser empties the list after it. */
export async function filesOfDrop(data: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: DroppedFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}
