// Characters that are not drawn: what a reader cannot see must not make two contents of one, nor hide what a token is.

/**
 * Default-ignorable code points (zero-width characters, soft hyphens, variation selectors, tags, bidirectional controls), interlinear
 * marks, and control characters other than white space.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]|(?![\t\n\v\f\r\x85])\p{Cc}/gu;

/** Emoji that are joined to one, and flags that are written in tags: other signs than their parts, as long as they are of Unicode's list. */
const JOINED = /(?:\p{RGI_Emoji_ZWJ_Sequence}|\p{RGI_Emoji_Tag_Sequence})/gv;

/** Joined emoji stay joined. */
export function withoutInvisible(text: string): string {
  const visible = text.replace(INVISIBLE, '');
  // Most texts have neither.
  if (visible.length === text.length || !/[\u200d\u{e007f}]/u.test(text)) return visible;
  const parts: string[] = [];
  let end = 0;
  for (const { 0: emoji, index } of text.matchAll(JOINED)) {
    parts.push(text.slice(end, index).replace(INVISIBLE, ''), emoji.replaceAll('\ufe0f', ''));
    end = index + emoji.length;
  }
  return parts.join('') + text.slice(end).replace(INVISIBLE, '');
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
