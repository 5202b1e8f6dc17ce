// What tells an encoding by what is written in it: the letters beyond ASCII of each language, the frequent ones first.

export interface Language {
  readonly letters: string;
  /** Whether its words are in another alphabet altogether, so that how frequent a letter is tells much. */
  readonly isOwnAlphabet?: true;
}

const LANGUAGES = {
  english: { letters: 'éèïöñ' },
  french: { letters: 'éèàêçùâîôûïœëæü' },
  german: { letters: 'üäößé' },
  spanish: { letters: 'óáíéñúü' },
  portuguese: { letters: 'ãçáéóíêâõàúôü' },
  italian: { letters: 'èàùòìéî' },
  catalan: { letters: 'àèéíòóúçïü' },
  nordic: { letters: 'äåöøæéü' },
  icelandic: { letters: 'íáðéþóúýöæ' },
  dutch: { letters: 'éëïèöüó' },
  polish: { letters: 'łęóążśćńź' },
  czech: { letters: 'íáéěřýžčšůúťďňó' },
  slovak: { letters: 'áíéčžýšúľťôóďňäĺŕ' },
  hungarian: { letters: 'áéíóöőüúű' },
  romanian: { letters: 'ăâîşţșț' },
  croatian: { letters: 'čžšćđ' },
  turkish: { letters: 'ışğüçöİâîû' },
  lithuanian: { letters: 'ėšžųįąūčę' },
  latvian: { letters: 'āīēšūļņžčķģ' },
  estonian: { letters: 'äõüöšž' },
  russian: { letters: 'оеаинтсрвлкмдпуяызьбгчйхжшюцщэфъё', isOwnAlphabet: true },
  ukrainian: { letters: 'оаинвіетрсклудмпязьбгчйхжцюїєшщфґ', isOwnAlphabet: true },
  bulgarian: { letters: 'аоиетнрсвлкдпмзугбъчяжйцшщхюфь', isOwnAlphabet: true },
  serbian: { letters: 'аоиеунјрстдкмвлпзгбшчцњжљхћђфџ', isOwnAlphabet: true },
  greek: { letters: 'αοιετσνηυρπκλμόίςάωδέήγχθύβφξώζψϊϋΐΰ', isOwnAlphabet: true },
  hebrew: { letters: 'יולאהמרתבשנעדכחקפםגטצןסזךץף', isOwnAlphabet: true },
  arabic: { letters: 'الينمروتبعدهسةكفقأحجشصطىخذضزثغئءظآؤإ،؟؛', isOwnAlphabet: true },
  thai: { letters: 'านรอกเงมยล่วดทส้ตะัปบิคหีแ์จพชขุใไึโืูผถ็ซธณภำษฟญ', isOwnAlphabet: true },
} as const satisfies Readonly<Record<string, Language>>;

const western = [
  LANGUAGES.french,
  LANGUAGES.german,
  LANGUAGES.spanish,
  LANGUAGES.portuguese,
  LANGUAGES.italian,
  LANGUAGES.catalan,
  LANGUAGES.nordic,
  LANGUAGES.icelandic,
  LANGUAGES.dutch,
  LANGUAGES.estonian,
  LANGUAGES.english,
];
const central = [
  LANGUAGES.polish,
  LANGUAGES.czech,
  LANGUAGES.slovak,
  LANGUAGES.hungarian,
  LANGUAGES.romanian,
  LANGUAGES.croatian,
  LANGUAGES.german,
];
const baltic = [LANGUAGES.lithuanian, LANGUAGES.latvian, LANGUAGES.estonian];
const cyrillic = [LANGUAGES.russian, LANGUAGES.ukrainian, LANGUAGES.bulgarian, LANGUAGES.serbian];

/** Encodings of one byte a letter, with the languages that are written in each. Of two that read a text alike the first is named. */
export const ENCODINGS: readonly (readonly [encoding: string, languages: readonly Language[]])[] = [
  ['windows-1252', western],
  ['windows-1250', central],
  ['windows-1251', cyrillic],
  ['windows-1253', [LANGUAGES.greek]],
  ['windows-1254', [LANGUAGES.turkish]],
  ['windows-1255', [LANGUAGES.hebrew]],
  ['windows-1256', [LANGUAGES.arabic]],
  ['windows-1257', baltic],
  ['windows-874', [LANGUAGES.thai]],
  ['iso-8859-15', western],
  ['iso-8859-2', central],
  ['iso-8859-5', cyrillic],
  ['iso-8859-6', [LANGUAGES.arabic]],
  ['iso-8859-7', [LANGUAGES.greek]],
  ['iso-8859-13', baltic],
  ['koi8-r', [LANGUAGES.russian, LANGUAGES.bulgarian]],
  ['koi8-u', [LANGUAGES.ukrainian, LANGUAGES.russian]],
  ['macintosh', western],
  ['x-mac-cyrillic', cyrillic],
  ['ibm866', [LANGUAGES.russian, LANGUAGES.bulgarian]],
  ['ibm850', western],
  ['ibm437', western],
  ['ibm852', central],
];

/** Encodings of two bytes and more, each with the signs that most of its texts consist of. */
export const WIDE_ENCODINGS: readonly (readonly [encoding: string, frequent: string])[] = [
  ['shift_jis', '日一人大国年本中上者出生東京行会見分語何時学前方猫犬水山川間'],
  ['euc-jp', '日一人大国年本中上者出生東京行会見分語何時学前方猫犬水山川間'],
  [
    'gb18030',
    '的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许稜先口由死安写性马光白或住难望教命花结乐色更拉东神记处让母父应直字场平报友关放至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士音轻目条呢首京哪博谢请谁',
  ],
  [
    'big5',
    '的一是了我不人在他有這個上們來到時大地為子中你說生國年著就那和要她出也得裡裏後自以會家可下而過天去能對小多然於心學麼之都好看起發當沒成只如事把還用第樣道想作種開美總從無情己面最女但現前些所同日手又行意動方期它頭經長兒回位分愛老因很給名法間知世什兩次使身者被高已親其進此話常與活正感見明問力理點文幾定本公特做外相西果走將月十實向聲車全信重三機工物氣每並別真打太新比才便夫再書部水像眼等體卻加電主界門利海受聽表少代員許先口由死安寫性馬光白或住難望教命花結樂色更東神記處讓母父應直字場平報友關放至張認接告入笑內英軍候民歲往何度山覺路帶萬男邊風解叫任金快原吃媽變通師立象數四失滿戰遠格士音輕目條呢首哪台臺灣京謝請誰',
  ],
  [
    'euc-kr',
    '이다는을의에가고하지로은도나를사한기어서자리그대아시있인수라니일보정전만원부들스해과게것제주장면상우여동거조안되마공구신선당경문위습까국무생물연할비년람입개성실내오으적방였미던트중없소세모었때와치화진바요행울말양녕임든많집각역학같음노새간명건두른발설용관가계회교합좋알직',
  ],
];
