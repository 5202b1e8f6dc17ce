// Text that was read in a wrong encoding on its way, most often UTF-8 as Windows-1252: "ZÃ¼rich", "donâ€™t". What it was cannot be told for sure, so it is
// pointed out and not mended.

/** What the bytes 0x80 to 0x9f are in Windows-1252; a control character where they are nothing. */
const UPPER = new Map(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index))].map(
    (character, index) => [character, 0x80 + index],
  ),
);

/** What begins a character of two bytes and more. */
const LEAD = /[Â-ô][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/;
const RUN = /[\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{2,400}/g;
/** Letters and signs that texts have: what a capital with a quotation mark would say is none of them. */
const PLAUSIBLE =
  /[\u00a0-\u00ff\u2010-\u2044\u20ac\u2122\u0391-\u03ce\u0410-\u044f\u3001-\u30ff\u4e00-\u9fff\uac00-\ud7a3\ufffd\u{1f300}-\u{1faff}]/u;

/** A letter of Latin-1 or a quotation mark in UTF-7, which one alone does not tell for sure: "Z+APw-rich". */
const UTF7 = /\+(?:A[M-P]|IB)[AEIMQUYcgkosw048]-/;

/** Whether a part of `text` is UTF-8 that was read as another encoding, or UTF-7 that was read as UTF-8. */
export function isGarbled(text: string): boolean {
  if (UTF7.test(text)) return true;
  if (!LEAD.test(text)) return false;
  for (const [run] of text.matchAll(RUN)) {
    const bytes = Uint8Array.from(run, (character) => UPPER.get(character) ?? character.charCodeAt(0));
    try {
      // A run may be cut within a character.
      if (PLAUSIBLE.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }))) return true;
    } catch {
      // It is what it says.
    }
  }
  return false;
}
