// Texts of many languages in each of their encodings, a few words long: a guess reads them as they are, or asks. What it asks about is
// part of the test, so that it neither guesses at random nor asks about everything.
import { expect, it } from 'vitest';
import { decodeStrictly } from './decodeStrictly.ts';
import { ENCODINGS, WIDE_ENCODINGS } from './encodings/languages.ts';
import { parseRows } from './parseRows.ts';

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  french: [
    'l’été',
    'Où est né l’élève ?',
    'Le garçon a déjà mangé à la fenêtre, « très bien », 12 €.',
    'ÉTÉ',
    '© 2020 naïveté',
  ],
  german: [
    'Zürich',
    'Grüße aus Österreich',
    'Die größte Straße führt über die Brücke; sie ist 20° breit.',
    'GRÖSSE ÜBER',
    'müde',
  ],
  spanish: ['mañana', '¿Cómo está?', 'El niño comió piñas y jamón en el jardín. ¡Qué día!', 'ESPAÑA ESTÁ', 'años'],
  portuguese: ['não', 'Onde você está? Não sei.', 'A ação começou às três horas; o coração é são.', 'ATENÇÃO', 'pôr'],
  italian: ['città', 'Perché è così?', 'La città più bella è là, però costa già di più: 5 €.', 'È QUI', 'virtù'],
  catalan: ['això', 'Què és això?', 'El cançoner és molt bo; la lluïssor dels camins és així.', 'AQUÍ', 'ençà'],
  nordic: [
    'kött',
    'Hvor går toget på søndag?',
    'Älgen står på ängen och æder grøn hø; smörgås för små kronor.',
    'ÅR',
    'blåbær',
  ],
  icelandic: ['þú', 'Hvað er þetta?', 'Það er maður í húsinu, sem á bát og fær ís á morgnana.', 'ÞAÐ', 'ást'],
  english: ['café', 'a naïve café', 'The “naïve” rôle cost £20 — that’s all… © 1999, ½ price.', 'CAFÉ', 'jalapeño'],
  polish: [
    'żółć',
    'Gdzie jest Łódź?',
    'Zażółć gęślą jaźń; książę idzie przez śnieg do źródła.',
    'ŻÓŁĆ ŁÓDŹ',
    'być może',
  ],
  czech: ['řeka', 'Kde leží Plzeň?', 'Příliš žluťoučký kůň úpěl ďábelské ódy.', 'ŽLUŤOUČKÝ KŮŇ', 'tři'],
  slovak: ['dážď', 'Kde je najväčší hrad?', 'Kŕdeľ šťastných ďatľov učí koňa žrať kôru.', 'ŽIVOT VĎAKA', 'päť'],
  hungarian: [
    'őz',
    'Hol van a legnagyobb tó?',
    'Árvíztűrő tükörfúrógép; hűvös szőlő és sűrű erdő.',
    'ŐSZ ŰRHAJÓ',
    'fű',
  ],
  romanian: ['când', 'Unde este munţii?', 'Fata a mâncat mămăligă şi brânză în casă.', 'ŞTIINŢĂ', 'ţară'],
  croatian: ['kuća', 'Gdje je najveći grad?', 'Čovjek žuri šumom; đak uči na ćošku.', 'ČOVJEK ŠUMA', 'noćas'],
  turkish: ['ışık', 'İstanbul nerede?', 'Şişli’de güneş doğdu, çocuklar ağaç altında oynuyor.', 'IŞIK ÇOK', 'dağ'],
  lithuanian: [
    'žąsis',
    'Kur yra didžiausias ežeras?',
    'Įlinkdama fechtuotojo špaga sublykčiojusi pragręžė apvalų arbūzą.',
    'ŽĄSIS',
    'ėjo',
  ],
  latvian: [
    'ābele',
    'Kur ir lielākā pilsēta?',
    'Glāžšķūņa rūķīši dzērumā čiepj Baha koncertflīģeļu vākus.',
    'ĀBELE ŪDENS',
    'jūra',
  ],
  estonian: [
    'öö',
    'Kus on kõige suurem järv?',
    'Põdur Zagrebi tšellomängija-följetonist jõi külmetunult.',
    'ÖÖ JA ÕHTU',
    'šokk',
  ],
  russian: ['да', 'Где Волга?', 'Съешь ещё этих мягких французских булок, да выпей чаю.', 'МОСКВА РЕКА', 'Ёж'],
  ukrainian: [
    'їжак',
    'Де столиця України?',
    'Жебракують філософи при ґанку церкви в Гадячі, ще й шатро їхнє п’яне.',
    'КИЇВ ЄВРОПА',
    'ніч',
  ],
  bulgarian: ['къде', 'Къде е България?', 'Щастливият човек пие чай и чака юли; жълтият плъх бяга.', 'СОФИЯ', 'ъгъл'],
  serbian: ['љубав', 'Где је Ђердап?', 'Љубазни фењерџија чађавог лица хоће да ми покаже штос.', 'БЕОГРАД ЊЕН', 'ће'],
  greek: [
    'ναι',
    'Πού είναι η Αθήνα;',
    'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία· ένας άνθρωπος στους δρόμους.',
    'ΑΘΗΝΑ',
    'ως',
  ],
  hebrew: ['כן', 'איפה ירושלים?', 'דג סקרן שט בים מאוכזב ולפתע מצא חברה.', 'שלום לך'],
  arabic: ['نعم', 'أين القاهرة؟', 'صِف خلق خود كمثل الشمس إذ بزغت يحظى الضجيع بها.', 'السلام عليكم'],
  thai: ['ใช่', 'กรุงเทพอยู่ที่ไหน', 'เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน'],
  japanese: [
    'はい',
    '日本の首都はどこですか。',
    '東京です。大きい町で、電車がたくさんあります。',
    'ＡＢＣを読む',
    '猫だ',
  ],
  simplified: ['是的', '中国的首都是哪里？', '我们在北京学习，老师说今天的天气很好。', '你好', '小猫在家'],
  traditional: ['是的', '臺灣的首都在哪裡？', '我們在臺北學習，老師說今天的天氣很好。', '你好嗎', '小貓在家'],
  korean: [
    '네',
    '한국의 수도는 어디입니까?',
    '서울입니다. 사람들이 많이 살고 있는 큰 도시입니다.',
    '안녕',
    '개와 고양이',
  ],
};

const WRITTEN_IN: Readonly<Record<string, readonly string[]>> = {
  japanese: ['shift_jis', 'euc-jp'],
  simplified: ['gb18030'],
  traditional: ['big5'],
  korean: ['euc-kr'],
};

/** Bytes of each character of an encoding, from what its bytes decode to. */
const bytesOf = new Map(
  [
    ...ENCODINGS.map(([encoding]) => [encoding, false] as const),
    ...WIDE_ENCODINGS.map(([encoding]) => [encoding, true] as const),
  ].map(([encoding, isWide]) => {
    const known = new Map<string, readonly number[]>();
    const add = (...bytes: number[]): void => {
      const text = decodeStrictly(Uint8Array.from(bytes), encoding);
      if (text !== null && [...text].length === 1 && !known.has(text)) known.set(text, bytes);
    };
    for (let byte = 0; byte < 256; byte += 1) add(byte);
    if (isWide)
      for (let lead = 0x81; lead < 0xff; lead += 1) for (let trail = 0x40; trail < 0xff; trail += 1) add(lead, trail);
    return [encoding, known] as const;
  }),
);

function encode(text: string, encoding: string): Uint8Array<ArrayBuffer> | null {
  const bytes = [...text].map((character) => bytesOf.get(encoding)?.get(character));
  return bytes.every((some) => some !== undefined) ? Uint8Array.from(bytes.flat()) : null;
}

/** As in `OUTCOMES`; `!` where it reads something else. */
async function outcome(text: string, encoding: string): Promise<string> {
  const bytes = encode(`prompt,response\nWho?,"${text}"\n`, encoding);
  if (bytes === null) return ' ';
  try {
    const { rows, encoding: read } = await parseRows({ blob: new Blob([bytes]), fileName: 'a.csv' });
    if (rows[0]?.response !== text) return '!';
    return read?.name === encoding ? '.' : '=';
  } catch (error) {
    return (error as { code?: string }).code === 'FILE_NOT_UTF8' ? '?' : '!';
  }
}

/** By encoding: for each text `.` where it is read in it, `=` in another one as what it says, `?` where it asks; a space where it has not the letters. */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  french: [
    'windows-1252 .?.??',
    'windows-1250 =  ?',
    'windows-1254 =?=??',
    'windows-1256 =?= ?',
    'windows-1257 =  ?',
    'iso-8859-15   .??',
    'iso-8859-2    ?',
    'iso-8859-13 ?  ?',
    'macintosh ...?.',
    'ibm850    ?.',
    'ibm437    ?',
    'ibm852    ?',
  ],
  german: [
    'windows-1252 ?...?',
    'windows-1250 ?===?',
    'windows-1254 ?===?',
    'windows-1256 ?   ?',
    'windows-1257 ?===?',
    'iso-8859-15 ?===?',
    'iso-8859-2 ?===?',
    'iso-8859-13 ?===?',
    'macintosh ??.??',
    'ibm850 ?..??',
    'ibm437 ?==??',
    'ibm852 ?==??',
  ],
  spanish: [
    'windows-1252 ?...?',
    'windows-1254 ?===?',
    'iso-8859-15 ?===?',
    'macintosh ?..??',
    'ibm850 ?..??',
    'ibm437 ?== ?',
  ],
  portuguese: [
    'windows-1252 ?...?',
    'windows-1250     ?',
    'windows-1254 ?===?',
    'windows-1256     ?',
    'iso-8859-15 ?===?',
    'iso-8859-2     ?',
    'macintosh ?..??',
    'ibm850 ?..??',
    'ibm437     ?',
    'ibm852     ?',
  ],
  italian: [
    'windows-1252 ??.??',
    'windows-1254 ??=??',
    'windows-1256 ?   ?',
    'iso-8859-15 ??.??',
    'macintosh ?..??',
    'ibm850 ?. ??',
    'ibm437 ?=  ?',
  ],
  catalan: [
    'windows-1252 ??.?.',
    'windows-1250    ?',
    'windows-1254 ??=?=',
    'windows-1256     =',
    'iso-8859-15 ??=?=',
    'iso-8859-2    ?',
    'macintosh ?..?.',
    'ibm850 ?????',
    'ibm437 ??? ?',
    'ibm852    ?',
  ],
  nordic: [
    'windows-1252 ?..?.',
    'windows-1250 ?',
    'windows-1254 ?==?=',
    'windows-1257 ?????',
    'iso-8859-15 ?==?=',
    'iso-8859-2 ?',
    'iso-8859-13 ?????',
    'macintosh ?..??',
    'ibm850 ?..??',
    'ibm437 ?  ??',
    'ibm852 ?',
  ],
  icelandic: [
    'windows-1252 ??.??',
    'windows-1250     ?',
    'windows-1254     ?',
    'iso-8859-15 ??=??',
    'iso-8859-2     ?',
    'macintosh     ?',
    'ibm850 ??.??',
    'ibm437     ?',
    'ibm852     ?',
  ],
  english: [
    'windows-1252 ??.??',
    'windows-1250 ?  ?',
    'windows-1254 ??=??',
    'windows-1256 ??=',
    'windows-1257 ?  ?',
    'iso-8859-15 ?? ??',
    'iso-8859-2 ?  ?',
    'iso-8859-13 ?  ?',
    'macintosh ?. ??',
    'ibm850 ?? ??',
    'ibm437 ?? ??',
    'ibm852 ?  ?',
  ],
  polish: ['windows-1250 ??..?', 'windows-1257 ?????', 'iso-8859-2 ??.??', 'iso-8859-13 ?????', 'ibm852 .?..?'],
  czech: ['windows-1250 ?...?', 'iso-8859-2 ??..?', 'ibm852 ??..?'],
  slovak: ['windows-1250 .?.?.', 'iso-8859-2 ??.??', 'ibm852 ?..??'],
  hungarian: [
    'windows-1252  ?',
    'windows-1250 ??.??',
    'windows-1254  ?',
    'windows-1257  ?',
    'iso-8859-15  ?',
    'iso-8859-2 ??=??',
    'iso-8859-13  ?',
    'macintosh  ?',
    'ibm850  ?',
    'ibm437  ?',
    'ibm852 ??.??',
  ],
  romanian: [
    'windows-1252 ?',
    'windows-1250 ??..?',
    'windows-1254 ?',
    'windows-1256 ?',
    'iso-8859-15 ?',
    'iso-8859-2 ??==?',
    'macintosh ?',
    'ibm850 ?',
    'ibm437 ?',
    'ibm852 ??..?',
  ],
  croatian: ['windows-1250 ??.??', 'windows-1257 ?? ??', 'iso-8859-2 ??.??', 'iso-8859-13 ?? ??', 'ibm852 ??.??'],
  turkish: ['windows-1250    ?', 'windows-1254 ??.??', 'iso-8859-2    ?', 'ibm852    ?'],
  lithuanian: [
    'windows-1252  ?',
    'windows-1250 ?? ?',
    'windows-1257 ??.??',
    'iso-8859-15  .',
    'iso-8859-2 ?? ?',
    'iso-8859-13 ??=??',
    'ibm852 ?? ?',
  ],
  latvian: ['windows-1257 ??.??', 'iso-8859-13 ??=??'],
  estonian: [
    'windows-1252 ?..??',
    'windows-1250 ?   ?',
    'windows-1254 ?==??',
    'windows-1257 ?=???',
    'iso-8859-15 ?=???',
    'iso-8859-2 ?   ?',
    'iso-8859-13 ?=???',
    'macintosh ?. ?',
    'ibm850 ?? ?',
    'ibm437 ?',
    'ibm852 ?   ?',
  ],
  russian: [
    'windows-1251 ?...?',
    'iso-8859-5 ?...?',
    'koi8-r ?..??',
    'koi8-u ?==??',
    'x-mac-cyrillic ??..?',
    'ibm866 ?..=?',
  ],
  ukrainian: ['windows-1251 ?...?', 'iso-8859-5 ?. .?', 'koi8-u ?? ??', 'x-mac-cyrillic ?...?', 'ibm866 ?. ?'],
  bulgarian: [
    'windows-1251 ?..??',
    'iso-8859-5 ?..??',
    'koi8-r ?..??',
    'koi8-u ?==??',
    'x-mac-cyrillic ?..??',
    'ibm866 ?..??',
  ],
  serbian: ['windows-1251 ?...?', 'iso-8859-5 ?...?', 'x-mac-cyrillic ??.??'],
  greek: ['windows-1253 ?..??', 'iso-8859-7 ?==??'],
  hebrew: ['windows-1255 ????'],
  arabic: ['windows-1256 ?...', 'iso-8859-6 ?...'],
  thai: ['windows-874 ?..'],
  japanese: ['shift_jis .....', 'euc-jp ?..??'],
  simplified: ['gb18030 .....'],
  traditional: ['big5 .....'],
  korean: ['euc-kr ?....'],
};

it.each(Object.entries(TEXTS))('%s', async (language, texts) => {
  const outcomes: string[] = [];
  for (const encoding of WRITTEN_IN[language] ?? ENCODINGS.map(([name]) => name)) {
    const marks: string[] = [];
    for (const text of texts) marks.push(await outcome(text, encoding));
    if (marks.join('').trim() !== '') outcomes.push(`${encoding} ${marks.join('')}`.trimEnd());
  }
  expect({ [language]: outcomes }).toEqual({ [language]: OUTCOMES[language] });
});
