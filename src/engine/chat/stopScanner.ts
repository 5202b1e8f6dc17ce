// Finds stop strings in a stream of pieces, however tokens split them. Knows no tokens.

export interface StopScanner {
  /** Whether a stop string was found; nothing more is shown then. */
  readonly stopped: boolean;
  /** The stop string that was found. */
  readonly stopText: string | undefined;
  /** The part of the text so far that may be shown: without the stop string and without anything that may become one. */
  push(text: string): string;
  /** The rest of the text, if the answer ends without a stop string. */
  finish(): string;
}

/** Length of the longest suffix of `text` that is a proper prefix of one of `stops`. */
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
 * on how the text is split into pieces.
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
