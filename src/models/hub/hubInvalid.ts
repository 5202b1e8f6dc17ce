import { TributaryError } from '../../lib/errors.ts';
import { plainAddress } from '../remote/sendRequest.ts';

/** An answer of the Hub, or of a server in its place, that does not follow its API. */
export function hubInvalid(url: string, problem: string): TributaryError {
  return new TributaryError({
    code: 'HUB_ANSWER_INVALID',
    message: `The Hub's answer cannot be read: ${problem}.`,
    facts: { url: plainAddress(url) },
    hint: 'Check the address of the Hub in the settings; a mirror must answer as the Hub does.',
  });
}
