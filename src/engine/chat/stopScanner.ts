// Finds the texts that end an answer in a stream of pieces, wherever tokens cut them. It knows no tokens.

export interface StopScanner {
  /** Whether a stop text has come; nothing more is shown then. */
  readonly stopped: boolean;
  /** The stop text that came. */
  readonly stopText: string | undefined;
  /** What of the text so far may be shown: not the stop text, not what may become one. */
  push(text: string): string;
  /** The rest of the text, when the answer ends without a stop text. */
  finish(): string;
}

/** Length of the longest end of `text` that begins one of `stops` without completing it. */
function heldBack(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(text.length, stop.length - 1); length > longest; length -= 1) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}

/**
 * A scanner for `stops`, none of them empty. The one that is complete first ends the text, so that the result does not depend
 * on how the text is cut into pieces.
 */
export function createStopScanner(stops: readonly string[]): StopScanner {
  let waiting = '';
  let stopText: string | undefined;
  return {
    get stopped() {
      return stopText !== undefined;
    },
    get stopText() {
      return stopText;
    },
    push(text) {
      if (stopText !== undefined) return '';
      waiting += text;
      let begin = -1;
      let end = Number.POSITIVE_INFINITY;
      for (const stop of stops) {
        const at = waiting.indexOf(stop);
        const stopEnd = at + stop.length;
        if (at >= 0 && (stopEnd < end || (stopEnd === end && at < begin))) [begin, end] = [at, stopEnd];
      }
      if (begin >= 0) stopText = waiting.slice(begin, end);
      const length = begin >= 0 ? begin : waiting.length - heldBack(waiting, stops);
      const shown = waiting.slice(0, length);
      waiting = begin >= 0 ? '' : waiting.slice(length);
      return shown;
    },
    finish() {
      const rest = waiting;
      waiting = '';
      return rest;
    },
  };
}
