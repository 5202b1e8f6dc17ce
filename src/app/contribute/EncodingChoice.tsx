// In which encoding a file was read, with a few of its words to judge by, and the choice of another, which reads it again.
import { createSignal, type JSX, Show } from 'solid-js';
import type { TextEncoding } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { Button, formatList, Select } from '../ui/index.ts';

/** Labels of the WHATWG Encoding Standard (UTF-32, code pages of MS-DOS and encodings of seven bits besides), with the names that people know. */
const ENCODINGS: readonly (readonly [label: string, name: string])[] = [
  ['utf-8', 'UTF-8'],
  ['windows-1252', 'Windows-1252, Latin-1 (Western Europe)'],
  ['iso-8859-15', 'ISO-8859-15 (Western Europe)'],
  ['macintosh', 'Mac Roman'],
  ['ibm850', 'IBM850 (Western Europe, MS-DOS)'],
  ['ibm437', 'IBM437 (MS-DOS)'],
  ['windows-1250', 'Windows-1250 (Central Europe)'],
  ['iso-8859-2', 'ISO-8859-2 (Central Europe)'],
  ['ibm852', 'IBM852 (Central Europe, MS-DOS)'],
  ['windows-1251', 'Windows-1251 (Cyrillic)'],
  ['koi8-r', 'KOI8-R (Russian)'],
  ['koi8-u', 'KOI8-U (Ukrainian)'],
  ['iso-8859-5', 'ISO-8859-5 (Cyrillic)'],
  ['ibm866', 'IBM866 (Cyrillic, MS-DOS)'],
  ['x-mac-cyrillic', 'Mac Cyrillic'],
  ['windows-1253', 'Windows-1253 (Greek)'],
  ['iso-8859-7', 'ISO-8859-7 (Greek)'],
  ['windows-1254', 'Windows-1254 (Turkish)'],
  ['windows-1255', 'Windows-1255 (Hebrew)'],
  ['iso-8859-8', 'ISO-8859-8 (Hebrew)'],
  ['windows-1256', 'Windows-1256 (Arabic)'],
  ['iso-8859-6', 'ISO-8859-6 (Arabic)'],
  ['windows-1257', 'Windows-1257 (Baltic)'],
  ['iso-8859-13', 'ISO-8859-13 (Baltic)'],
  ['windows-1258', 'Windows-1258 (Vietnamese)'],
  ['windows-874', 'Windows-874 (Thai)'],
  ['shift_jis', 'Shift_JIS (Japanese)'],
  ['euc-jp', 'EUC-JP (Japanese)'],
  ['iso-2022-jp', 'ISO-2022-JP (Japanese)'],
  ['gb18030', 'GB18030, GBK (Chinese)'],
  ['big5', 'Big5 (Chinese)'],
  ['hz-gb-2312', 'HZ (Chinese)'],
  ['euc-kr', 'EUC-KR (Korean)'],
  ['iso-2022-kr', 'ISO-2022-KR (Korean)'],
  ['utf-16le', 'UTF-16 LE'],
  ['utf-16be', 'UTF-16 BE'],
  ['utf-32le', 'UTF-32 LE'],
  ['utf-32be', 'UTF-32 BE'],
  ['utf-7', 'UTF-7'],
];

function nameOf(label: string): string {
  return ENCODINGS.find(([known]) => known === label)?.[1] ?? label;
}

export function EncodingChoice(properties: {
  readonly encoding: TextEncoding;
  readonly sample: readonly string[];
  readonly onChoose: (label: string) => void;
}): JSX.Element {
  const [isOpen, setOpen] = createSignal(false);
  const options = () => {
    const known = ENCODINGS.map(([value, label]) => ({ value, label }));
    const { name } = properties.encoding;
    return known.some(({ value }) => value === name) ? known : [{ value: name, label: name }, ...known];
  };
  // UTF-8 is what the bytes are, not a guess: it is said only where it was chosen, or is to be changed.
  const isSaid = () =>
    properties.encoding.name !== 'utf-8' || properties.encoding.by === 'choice' || properties.sample.length > 0;
  return (
    <Show when={isSaid()}>
      <div class="grid gap-2">
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
          <span>{t('contribute.encodingRead', { encoding: nameOf(properties.encoding.name) })}</span>
          <Show when={properties.sample.length > 0}>
            <span class="text-muted wrap-anywhere">
              {t('contribute.encodingSample', { words: formatList(properties.sample) })}
            </span>
          </Show>
          <Button size="small" kind="quiet" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
            {t('contribute.encodingChange')}
          </Button>
        </p>
        <Show when={isOpen()}>
          <Select
            label={t('contribute.encodingChoice')}
            hint={t('contribute.encodingHint')}
            options={options()}
            value={properties.encoding.name}
            onChange={properties.onChoose}
          />
        </Show>
      </div>
    </Show>
  );
}
