// Decodes token ids to visible text, one id at a time: text only grows. Bytes of an unfinished character are withheld; bytes that
// can no longer form one become U+FFFD, as the Encoding Standard's decoder does. Special tokens show nothing.

import { concatBytes } from '../../lib/bytes.ts';

/** A token's contribution: UTF-8 bytes, or nothing to show. */
export type TokenBytes = (id: number) => Uint8Array | undefined;

export interface StreamingDecoder {
  /** The text that `id` makes visible: often a word, sometimes nothing yet. */
  push(id: number): string;
  /** The withheld rest. The decoder cannot be used afterwards. */
  finish(): string;
}

/**
 * Where the withheld bytes begin: ED, and ED followed by A0..BF. The latter is half of a surrogate, which is never valid, but a
 * decoder that shows it at once counts its replacement characters differently from one that sees all three bytes.
 */
function waitingFrom(bytes: Uint8Array): number {
  const last = bytes.at(-1) ?? 0;
  if (last === 0xed) return bytes.length - 1;
  return bytes.at(-2) === 0xed && last >= 0xa0 && last <= 0xbf ? bytes.length - 2 : bytes.length;
}

/** A decoder over `bytesOf`; `stripFirstSpace`: the tokenizer added a space before the text, which is not shown. */
export function createStreamingDecoder(bytesOf: TokenBytes, stripFirstSpace: boolean): StreamingDecoder {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  let waiting: Uint8Array = new Uint8Array();
  let atStart = stripFirstSpace;
  const shown = (text: string): string => {
    if (!atStart || text === '') return text;
    atStart = false;
    return text.startsWith(' ') ? text.slice(1) : text;
  };
  return {
    push(id) {
      const bytes = bytesOf(id);
      if (bytes === undefined) return '';
      const all = concatBytes([waiting, bytes]);
      const end = waitingFrom(all);
      waiting = all.subarray(end);
      return shown(utf8.decode(all.subarray(0, end), { stream: true }));
    },
    finish: () => shown(utf8.decode(waiting)),
  };
}
