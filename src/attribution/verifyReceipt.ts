// The check that anyone can make: shares again from the receipt's sketch and the published index, bit for bit. What it
// cannot show: that the sketch belongs to the answer that was given. For that the model must be run on the disclosed texts.
import { bytesToHex } from '../lib/bytes.ts';
import { decodeReceipt } from './files/decodeReceipt.ts';
import type { Verification } from './files/receiptTypes.ts';
import { answerHash, promptHash } from './files/textHash.ts';
import { influenceOf } from './influenceOf.ts';
import type { OpenedIndex } from './openIndex.ts';
import type { VerifyReceiptRequest } from './service.ts';
import { shareOut } from './shareOut.ts';
import { verbatimOf } from './verbatimOf.ts';

const sameEntries = (one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): boolean =>
  one.size === other.size && [...one].every(([row, bits]) => Object.is(other.get(row), bits));

/** Never throws for a receipt that is well formed but wrong: it says what is wrong. Throws `RECEIPT_INVALID` otherwise. */
export function verifyReceipt(
  opened: OpenedIndex,
  { receipt: bytes, disclosure }: Omit<VerifyReceiptRequest, 'id'>,
): Verification {
  const { sketch, verbatim, ...receipt } = decodeReceipt(bytes);
  const { index } = opened;
  const problems: string[] = [];
  const checked: Verification['checked'][number][] = ['index'];
  const finish = (): Verification => ({ valid: problems.length === 0, problems, checked, receipt });

  if (receipt.indexRoot !== bytesToHex(index.root)) problems.push('The receipt names another index.');
  if (sketch.codes.length !== index.size)
    problems.push(`The sketch has ${sketch.codes.length} coordinates instead of ${index.size}.`);
  const outside = [...verbatim.keys()].find((row) => row >= index.trained.count);
  if (outside !== undefined) problems.push(`Row ${outside} is not in the index.`);
  if (problems.length > 0) return finish();

  checked.push('influence', 'shares');
  const influence = influenceOf(opened, sketch);
  const expected = shareOut(index, { influence: influence.excess, chancePpm: influence.chancePpm, verbatim });
  const text = (shares: Verification['receipt']['shares']): string =>
    shares.map(({ account, ppm }) => `${account} ${ppm}`).join(', ');
  if (text(expected.contributors) !== text(receipt.shares)) {
    problems.push(`The shares should be ${text(expected.contributors)}.`);
  }
  if (expected.unattributedPpm !== receipt.unattributedPpm) {
    problems.push(`The unattributed part should be ${expected.unattributedPpm} ppm.`);
  }

  if (disclosure !== undefined) {
    checked.push('texts', 'verbatim');
    const { salt, prompt, answer, answerIds } = disclosure;
    if (bytesToHex(promptHash(salt, prompt)) !== receipt.promptHash)
      problems.push('The prompt is not the one of the receipt.');
    if (bytesToHex(answerHash(salt, answer, answerIds)) !== receipt.answerHash)
      problems.push('The answer is not the one of the receipt.');
    if (!sameEntries(verbatimOf(opened, answerIds).scores, verbatim))
      problems.push('The verbatim spans of the answer give other weights.');
  }
  return finish();
}
