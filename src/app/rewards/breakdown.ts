// From answers to money for one address: answer -> rows -> share -> amount. Shares are parts per million of the answer;
// amounts are wei. What an answer brings is the contributors' part of its fee times the share; it is final only once its
// epoch is settled, because rounding happens once per model and epoch.

export interface PaidAnswer {
  /** CID of the receipt. */
  readonly receipt: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly adapterId: string;
  /** The whole fee, wei; undefined when no voucher for it is known here. */
  readonly fee: bigint | undefined;
  /** The contributors' part of the fee, wei. */
  readonly contributorsPart: bigint | undefined;
  /** What the receipt says each contributor is paid, evidence and fallback together. */
  readonly shares: readonly { readonly account: string; readonly ppm: number }[];
  /** The parts of the shares that evidence backs: known of answers that this browser asked for. */
  readonly evidence?: readonly { readonly account: string; readonly ppm: number }[];
  /** The rows behind the shares: only for answers that this browser asked for, receipts of others do not tell them. */
  readonly rows: readonly PaidRow[];
}

export interface PaidRow {
  readonly contributor: string;
  readonly ppm: number;
  readonly contribution: string;
  readonly rowIndex: number;
  readonly text: string;
}

export interface AnswerEarnings {
  readonly answer: PaidAnswer;
  readonly rows: readonly (PaidRow & { readonly amount: bigint | undefined })[];
  /** What this address is paid, evidence and fallback together, parts per million. */
  readonly ppm: number;
  /** The part of it that evidence backs; undefined where only the receipt is known. */
  readonly evidencePpm: number | undefined;
  readonly amount: bigint | undefined;
}

const WHOLE = 1_000_000n;

function part(amount: bigint | undefined, ppm: number): bigint | undefined {
  return amount === undefined ? undefined : (amount * BigInt(ppm)) / WHOLE;
}

/** The answers that `address` has a share in, newest first, each with its rows by falling share. */
export function breakdown(answers: readonly PaidAnswer[], address: string): readonly AnswerEarnings[] {
  const wanted = address.toLowerCase();
  const isTheirs = (account: string): boolean => account.toLowerCase() === wanted;
  return answers
    .map((answer): AnswerEarnings => {
      const theirs = (shares: PaidAnswer['shares']): number =>
        shares.filter(({ account }) => isTheirs(account)).reduce((sum, share) => sum + share.ppm, 0);
      const ppm = theirs(answer.shares);
      const evidencePpm = answer.evidence === undefined ? undefined : theirs(answer.evidence);
      const rows = answer.rows
        .filter((row) => isTheirs(row.contributor))
        .toSorted((left, right) => right.ppm - left.ppm)
        .map((row) => ({ ...row, amount: part(answer.contributorsPart, row.ppm) }));
      return { answer, rows, ppm, evidencePpm, amount: part(answer.contributorsPart, ppm) };
    })
    .filter((earnings) => earnings.ppm > 0)
    .toSorted((left, right) => right.answer.at - left.answer.at);
}

function csvCell(value: string): string {
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line per answer, then one per known row of it, RFC 4180; amounts as whole wei, so that nothing is rounded. */
export function breakdownCsv(earnings: readonly AnswerEarnings[]): string {
  const header = ['time', 'receipt', 'adapter', 'fee_wei', 'contribution', 'row', 'share_ppm', 'amount_wei', 'text'];
  const lines = earnings.flatMap(({ answer, rows, ppm, amount }) => {
    const facts = [new Date(answer.at).toISOString(), answer.receipt, answer.adapterId, answer.fee?.toString() ?? ''];
    return [
      [...facts, '', '', String(ppm), amount?.toString() ?? '', ''],
      ...rows.map((row) => [
        ...facts,
        row.contribution,
        String(row.rowIndex),
        String(row.ppm),
        row.amount?.toString() ?? '',
        row.text,
      ]),
    ];
  });
  return [header, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}
