// Which checkpoints nobody needs any more.
import type { AdapterRecord, RunRecord } from '../../store/index.ts';

export interface IsCheckpointLeftParameters {
  /** Of a run, or of the attribution index that is built after it. */
  readonly of: 'run' | 'index';
  /** `unreadable`: its record is there, but damaged or of another version. */
  readonly run: RunRecord | 'absent' | 'unreadable';
  /** The adapter that the run made. */
  readonly adapter: Pick<AdapterRecord, 'files'> | 'absent' | 'unreadable';
}

/**
 * Whether a checkpoint is of no use: its run was deleted, or has ended with what the checkpoint was for. A run that failed or was
 * cancelled goes on from its checkpoint.
 */
export function isCheckpointLeft({ of, run, adapter }: IsCheckpointLeftParameters): boolean {
  if (run === 'absent') return true;
  if (run === 'unreadable') return false;
  if (of === 'run') return run.state === 'done';
  if (adapter === 'unreadable') return false;
  return adapter === 'absent' || adapter.files.some(({ name }) => name === 'index.cbor');
}
