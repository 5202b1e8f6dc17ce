// `strftime_now(format)` of transformers: the local time by Python's `strftime` in the C locale.
import { templateUnsupported } from './templateErrors.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `now` in `format`. A directive beyond the usual ones is named. */
export function formatTime(now: Date, format: string): string {
  const two = (value: number, fill = '0'): string => String(value).padStart(2, fill);
  const [day, month] = [DAYS[now.getDay()] ?? '', MONTHS[now.getMonth()] ?? ''];
  const hour = now.getHours() % 12 || 12;
  const dayOfYear =
    1 +
    Math.round(
      (Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) - Date.UTC(now.getFullYear(), 0, 1)) / 86_400_000,
    );
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(now.getFullYear()),
    y: () => two(now.getFullYear() % 100),
    m: () => two(now.getMonth() + 1),
    d: () => two(now.getDate()),
    e: () => two(now.getDate(), ' '),
    H: () => two(now.getHours()),
    I: () => two(hour),
    M: () => two(now.getMinutes()),
    S: () => two(now.getSeconds()),
    f: () => String(now.getMilliseconds() * 1000).padStart(6, '0'),
    p: () => (now.getHours() < 12 ? 'AM' : 'PM'),
    A: () => day,
    a: () => day.slice(0, 3),
    B: () => month,
    b: () => month.slice(0, 3),
    h: () => month.slice(0, 3),
    j: () => String(dayOfYear).padStart(3, '0'),
    u: () => String(now.getDay() || 7),
    w: () => String(now.getDay()),
    F: () => formatTime(now, '%Y-%m-%d'),
    T: () => formatTime(now, '%H:%M:%S'),
    R: () => formatTime(now, '%H:%M'),
    D: () => formatTime(now, '%m/%d/%y'),
    n: () => '\n',
    t: () => '\t',
    // A naive time has no zone.
    Z: () => '',
    z: () => '',
    '%': () => '%',
  };
  return format.replace(/%(-?)([\s\S])?/g, (whole, bare: string, directive = '') => {
    const part = Object.hasOwn(parts, directive) ? parts[directive] : undefined;
    if (part === undefined) throw templateUnsupported(`the time format ${whole}`);
    return bare === '-' ? part().replace(/^[0 ]+(?=.)/, '') : part();
  });
}
