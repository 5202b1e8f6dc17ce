// What a model of the journal is doing, from its record and what is known of the work on it. A function, so that every
// combination can be tested.
import { TributaryError } from '../../../lib/errors.ts';
import type { InstallProgress, InstallRecord } from '../../../models/index.ts';
import type { InstallState } from './types.ts';

export interface InstallStateParameters {
  readonly record: InstallRecord;
  readonly progress: InstallProgress | undefined;
  readonly elsewhere: boolean;
  /** Whether dropped files of it are at hand. */
  readonly hasDropped: boolean;
}

const tokenCodes = ['HUB_GATED', 'HUB_TOKEN_NEEDED', 'HUB_TOKEN_REFUSED'];

function speedOf({ bytesPerSecond, secondsLeft }: InstallProgress): object {
  return {
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
  };
}

export function installState({ record, progress, elsewhere, hasDropped }: InstallStateParameters): InstallState {
  if (record.stage === 'done') return { phase: 'installed' };
  const totalOf =
    record.stage === 'packing' ? record.expectedBytes : record.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const known = progress !== undefined && progress.totalBytes > 0;
  const amount = {
    doneBytes: known ? progress.doneBytes : record.doneBytes,
    totalBytes: known ? progress.totalBytes : totalOf,
  };
  if (elsewhere) return { ...amount, phase: 'elsewhere' };
  if (progress !== undefined) {
    if (progress.phase === 'waiting') {
      const { reason = 'network', at } = progress;
      return { ...amount, phase: 'waiting', reason, ...(at === undefined ? {} : { at }) };
    }
    const packing = progress.phase === 'packing' || (progress.phase === 'queued' && record.stage === 'packing');
    return { ...amount, phase: packing ? 'packing' : 'downloading', ...speedOf(progress) };
  }
  if (record.paused) return { ...amount, phase: 'paused' };
  if (record.files.some(({ location }) => location === undefined) && !hasDropped)
    return { ...amount, phase: 'needs-files' };
  if (record.failure === null) return { ...amount, phase: 'interrupted' };
  const error = TributaryError.deserialize(record.failure);
  if (error.code === 'STORE_QUOTA_EXCEEDED') {
    const { neededBytes, freeBytes } = error.facts;
    return {
      ...amount,
      phase: 'full',
      neededBytes: Number(neededBytes ?? 0),
      ...(freeBytes === undefined ? {} : { freeBytes: Number(freeBytes) }),
    };
  }
  if (error.code === 'MODEL_FILES_GONE') return { ...amount, phase: 'needs-files' };
  if (tokenCodes.includes(error.code)) return { ...amount, phase: 'needs-token', error };
  return { ...amount, phase: 'failed', error };
}
