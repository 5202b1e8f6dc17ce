// Texts that stand in base64 within another text: whoever reads them unpacks them in a moment.

/** A run of the alphabet, over several lines where it is broken into them. */
const RUN = /[A-Za-z0-9+/_-]{20,}(?:\r?\n[ \t]{0,8}[A-Za-z0-9+/_-]{4,})*={0,2}/g;

/** Of a text; bytes of anything else decode to other characters as well. */
const PRINTABLE = /^[\t\n\r\u0020-\u007e\u00a0-\ud7ff\uf900-\ufffc]+$/;

function decode(base64: string): string | null {
  try {
    const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(binary, (character) => character.charCodeAt(0)),
    );
    return PRINTABLE.test(text) ? text : null;
  } catch {
    return null; // a word, or bytes
  }
}

/** The texts that `text` holds in base64 or base64url. Together they are shorter than it. */
export function unpackBase64(text: string): readonly string[] {
  const unpacked: (string | null)[] = [];
  for (const [run] of text.matchAll(RUN)) {
    const lines = run.split(/\r?\n[ \t]*/);
    // A word may begin the line that follows.
    const whole = decode(lines.join('')) ?? decode(lines.slice(0, -1).join(''));
    unpacked.push(...(whole === null ? lines.map(decode) : [whole]));
  }
  return unpacked.filter((one) => one !== null);
}
