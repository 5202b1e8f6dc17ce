// Checkpoints of training runs: bytes in the private file system, their place in a table. The newest two of a run stay,
// so that a crash while writing the newest leaves one that is whole.
import { database } from './database.ts';
import { deleteFile, readFile, writeFile } from './files.ts';
import { guardWrite } from './guard.ts';

const MAX_CHECKPOINTS = 2;

export async function saveCheckpoint(runId: string, step: number, bytes: Uint8Array): Promise<void> {
  const id = `${runId}-${step}`;
  await writeFile('checkpoints', id, bytes, { runId, step: String(step) });
  const record = { id, runId, step, bytes: bytes.byteLength, createdAt: Date.now() };
  await guardWrite(() => database().checkpoints.put(record));
  const older = await database().checkpoints.where('[runId+step]').between([runId, 0], [runId, step]).toArray();
  for (const record of older.sort((left, right) => right.step - left.step).slice(MAX_CHECKPOINTS - 1)) {
    await deleteFile('checkpoints', record.id);
    await database().checkpoints.delete(record.id);
  }
}

/** The newest whole checkpoint of a run, or undefined. */
export async function latestCheckpoint(
  runId: string,
): Promise<{ readonly step: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const records = await database().checkpoints.where({ runId }).toArray();
  for (const record of records.sort((left, right) => right.step - left.step)) {
    const blob = await readFile('checkpoints', record.id);
    if (blob !== undefined && blob.size === record.bytes)
      return { step: record.step, bytes: new Uint8Array(await blob.arrayBuffer()) };
  }
  return undefined;
}

export async function deleteCheckpoints(runId: string): Promise<void> {
  for (const record of await database().checkpoints.where({ runId }).toArray()) {
    await deleteFile('checkpoints', record.id);
    await database().checkpoints.delete(record.id);
  }
}
