// The error for an RPC server that answers something else than it was asked.
import { type Fact, TributaryError } from '../../lib/errors.ts';

/** `reason` is one word for the check that failed, `facts` where. */
export function invalidAnswer(reason: string, facts: Readonly<Record<string, Fact>>): TributaryError {
  return new TributaryError({
    code: 'CHAIN_ANSWER_INVALID',
    message: 'The chain’s RPC server sent an answer that contradicts the request.',
    facts: { reason, ...facts },
    hint: 'Choose another RPC server in the settings.',
  });
}
