// What is wrong with a line, in the chosen language, by its code and facts.
import type { RowProblem } from '../../datanet/index.ts';
import { t } from '../i18n/t.ts';
import { errorText } from '../ui/index.ts';

const codes = [
  'CELLS_CUT',
  'COLUMNS_AMBIGUOUS',
  'COLUMNS_TOO_MANY',
  'COLUMN_COUNT',
  'FIELD_MISSING',
  'FIELD_NOT_LIST',
  'FIELD_NOT_TEXT',
  'HEADER_REPEATED',
  'HEADER_UNKNOWN',
  'JSON_KEY_REPEATED',
  'JSON_SYNTAX',
  'LINES_UNREAD',
  'MESSAGES_MANY_TURNS',
  'MESSAGES_ORDER',
  'MESSAGE_INVALID',
  'MESSAGE_PART',
  'MESSAGE_ROLE',
  'MESSAGE_TOOL',
  'QUOTE_INSIDE',
  'QUOTE_OPEN',
  'ROW_NOT_OBJECT',
  'SHAPE_PREFERENCE',
  'SHAPE_TEXT',
] as const;

/** One sentence. A line that is well-formed and still not a row has the words of the error that refused it. */
export function problemText(problem: RowProblem): string {
  const code = codes.find((name) => name === problem.code);
  if (code !== undefined) return t(`contribute.problem.${code}`, problem.facts);
  return errorText(problem).message;
}
