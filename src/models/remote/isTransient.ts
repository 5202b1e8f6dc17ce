import { TributaryError } from '../../lib/errors.ts';

/** Whether a later attempt may succeed: after failures of the network, a busy server, an interrupted connection. */
export function isTransient(error: unknown): error is TributaryError {
  if (!(error instanceof TributaryError)) return false;
  const { code, facts } = error;
  if (code === 'REMOTE_REFUSED')
    return [408, 425, 429].includes(Number(facts['status'])) || Number(facts['status']) >= 500;
  return ['REMOTE_UNREACHABLE', 'REMOTE_ENDED_EARLY', 'HUB_BUSY', 'BLOCK_NOT_FOUND'].includes(code);
}
