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
  readonly rows: readonly PaidRow[];
}

export interface PaidRow {
  readonly contributor: string;
  readonly ppm: number;
  readonly contribution: string;
  readonly rowIndex: number;
  /** Known only where the row itself is on this device. */
  readonly text?: string;
}

export interface AnswerEarnings {
  readonly answer: PaidAnswer;
  readonly rows: readonly (PaidRow & { readonly amount: bigint | undefined })[];
  /** Share of this address, parts per million. */
  readonly ppm: number;
  readonly amount: bigint | undefined;
}

const whole = 1_000_000n;

function part(amount: bigint | undefined, ppm: number): bigint | undefined {
  return amount === undefined ? undefined : (amount * BigInt(ppm)) / whole;
}

/** The answers that `address` has a share in, newest first, each with its rows by falling share. */
export function breakdown(answers: readonly PaidAnswer[], address: string): readonly AnswerEarnings[] {
  const wanted = address.toLowerCase();
  return answers
    .map((answer): AnswerEarnings => {
      const rows = answer.rows
        .filter((row) => row.contributor.toLowerCase().endsWith(wanted))
        .toSorted((left, right) => right.ppm - left.ppm);
      const ppm = rows.reduce((sum, row) => sum + row.ppm, 0);
      return {
        answer,
        rows: rows.map((row) => ({ ...row, amount: part(answer.contributorsPart, row.ppm) })),
        ppm,
        amount: part(answer.contributorsPart, ppm),
      };
    })
    .filter((earnings) => earnings.ppm > 0)
    .toSorted((left, right) => right.answer.at - left.answer.at);
}

function csvCell(value: string): string {
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line per row of each answer, RFC 4180; amounts as whole wei, so that nothing is rounded. */
export function breakdownCsv(earnings: readonly AnswerEarnings[]): string {
  const header = ['time', 'receipt', 'adapter', 'fee_wei', 'contribution', 'row', 'share_ppm', 'amount_wei', 'text'];
  const lines = earnings.flatMap(({ answer, rows }) =>
    rows.map((row) =>
      [
        new Date(answer.at).toISOString(),
        answer.receipt,
        answer.adapterId,
        answer.fee?.toString() ?? '',
        row.contribution,
        String(row.rowIndex),
        String(row.ppm),
        row.amount?.toString() ?? '',
        row.text ?? '',
      ]
        .map(csvCell)
        .join(','),
    ),
  );
  return [header.join(','), ...lines, ''].join('\r\n');
}
