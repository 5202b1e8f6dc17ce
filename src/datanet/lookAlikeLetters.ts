// Letters of other alphabets that look like a Latin one, from the data of Unicode Technical Standard #39 (confusables; notice in
// docs/dependencies.md): those of one letter on both sides that NFKC does not map already; capitals that it takes for a small L are
// an I here unless they stand after a small letter, and letters that differ in height alone are added.
const LETTERS: Readonly<Record<string, string>> = {
  A: 'ΑАᎪ',
  B: 'ꞴΒВᏴ',
  C: 'ⲤСᏟ',
  D: 'Ꭰ',
  E: 'ΕЕᎬ',
  F: 'ꞘϜ',
  G: 'ԌᏀᏳ',
  H: 'ΗⲎНᎻ',
  I: 'ΙІӀⲒ',
  J: 'ꞲͿЈᎫ',
  K: 'ΚⲔКᏦ',
  L: 'ⳐᏞ',
  M: 'ΜϺⲘМᎷ',
  N: 'ΝⲚ',
  O: 'ΟⲞОՕ',
  P: 'ΡⲢРᏢ',
  R: 'ƦᎡᏒ',
  S: 'ЅՏᏕᏚ',
  T: 'ΤⲦТᎢ',
  U: 'Ս',
  V: 'ѴᏙ',
  W: 'ԜᎳᏔ',
  X: 'ꞳΧⲬХ',
  Y: 'ΥⲨУҮᎩᎽ',
  Z: 'ΖᏃ',
  a: 'ɑαаᴀ',
  b: 'ƄЬᏏвʙ',
  c: 'ᴄⲥсꮯϲ',
  d: 'ԁᏧᴅ',
  e: 'ꬲеҽᴇ',
  f: 'ꬵꞙẝք',
  g: 'ɡᶃƍցɢ',
  h: 'һհᏂʜн',
  i: 'ıɪɩιіꙇꭵᎥ',
  j: 'ϳјᴊ',
  k: 'кκĸᴋ',
  l: 'Ɩǀʟӏ',
  m: 'мᴍ',
  n: 'ոռпɴ',
  o: 'ᴏᴑꬽοσⲟоօ',
  p: 'ρⲣрᴘ',
  q: 'ԛգզ',
  r: 'ꭇꭈᴦⲅгꮁʀ',
  s: 'ꜱƽѕꮪ',
  t: 'тτᴛ',
  u: 'ꞟᴜꭎꭒʋυս',
  v: 'ᴠνѵꮩ',
  w: 'ɯᴡѡԝաꮃ',
  x: 'х',
  y: 'ɣᶌʏỿꭚγуү',
  z: 'ᴢꮓ',
};

const latinOf = new Map(
  Object.entries(LETTERS).flatMap(([latin, letters]) => [...letters].map((letter) => [letter, latin] as const)),
);
const anyLetter = new RegExp(`[${[...latinOf.keys()].join('')}]`, 'gu');

/** `text` with each such letter replaced by the Latin one that it looks like. */
export function withLatinLookAlikes(text: string): string {
  return text
    .replace(/(?<=\p{Ll})[ІΙӀⲒ]+/gu, (letters) => 'l'.repeat(letters.length))
    .replace(anyLetter, (letter) => latinOf.get(letter) ?? letter);
}

/** Whether a word mixes Latin letters with letters of Greek, Cyrillic or others that look Latin: no language writes so. */
export function mixesAlphabets(text: string): boolean {
  if (!/[\u0250-\uffff]/.test(text)) return false;
  for (const [word] of text.matchAll(/[\p{L}\p{M}]{3,}/gu))
    if (
      /\p{Script=Latin}/u.test(word) &&
      /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u.test(word)
    ) {
      // Units and formulas (μg, Δx, λmax) put one Greek letter first.
      if (!/^\p{Script=Greek}{1,2}\p{Script=Latin}{1,4}$/u.test(word)) return true;
    }
  return false;
}
