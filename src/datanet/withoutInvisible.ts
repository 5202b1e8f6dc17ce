// Characters that are not drawn: what a reader cannot see must not make two contents of one, nor hide what a token is.

/**
 * Default-ignorable code points (zero-width characters, soft hyphens, variation selectors, tags, bidirectional controls), interlinear
 * marks, and control characters other than white space.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?![\t\n\v\f\r\x85])\p{Cc}/gu;

export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

const HIDDEN =
  /(?![\t\n\v\f\r\x85])\p{Cc}|[\u115f\u1160\u180e\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\uffa0\u{e0000}-\u{e0fff}]|(?<=[A-Za-z])(?:\u200c|\u200d|[\ufe00-\ufe0f])/u;

/**
 * The first invisible character that writing does not need, as U+XXXX: joiners stand in emoji, in Persian and in Indic words,
 * variation selectors after what they vary, soft hyphens and direction marks in good faith; the rest hides something.
 */
export function findHidden(text: string): string | undefined {
  // A flag such as that of Scotland is written in tags.
  const match = HIDDEN.exec(text.replace(/\u{1f3f4}[\u{e0020}-\u{e007f}]+/gu, ''));
  return match === null
    ? undefined
    : `U+${(match[0].codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
