// Answers as the breakdown takes them: from the receipts that this page knows, and from the messages of this browser.
import { type Accessor, createMemo } from 'solid-js';
import { database } from '../../store/index.ts';
import type { StoredInfluence } from '../../workflows/answers/storedInfluence.ts';
import { createLive, createLoaded } from '../state/live.ts';
import { knownReceipts } from '../state/voucherInbox.ts';
import type { PaidAnswer, PaidRow } from './breakdown.ts';

/** What is behind the receipts of this browser's own answers, by receipt digest. */
async function ownAnswers(): Promise<ReadonlyMap<string, Pick<PaidAnswer, 'rows' | 'evidence'>>> {
  const receipts = await database().receipts.toArray();
  const messages = await database().messages.bulkGet(receipts.map(({ messageId }) => messageId));
  const own = new Map<string, Pick<PaidAnswer, 'rows' | 'evidence'>>();
  for (const [index, { id }] of receipts.entries()) {
    const influence = messages[index]?.influence as StoredInfluence | undefined;
    if (influence === undefined) continue;
    const { evidence } = influence.attribution;
    const rows = influence.attribution.rows
      .filter((row) => row.ppm > 0)
      .map(
        (row): PaidRow => ({
          contributor: row.account,
          ppm: row.ppm,
          contribution: row.contribution,
          rowIndex: row.position,
          text: row.prompt,
        }),
      );
    own.set(`0x${id}`, { rows, ...(evidence === undefined ? {} : { evidence }) });
  }
  return own;
}

/** Every known answer with what its contributors share. `ownerShares`: basis points by model id in lower case. */
export function createPaidAnswers(ownerShares: Accessor<ReadonlyMap<string, number>>): Accessor<readonly PaidAnswer[]> {
  const own = createLive(ownAnswers);
  const domain = createLoaded(
    () => true,
    () => import('../../settlement/index.ts'),
  );
  return createMemo((): readonly PaidAnswer[] => {
    const splitFee = domain.value()?.splitFee;
    if (splitFee === undefined) return [];
    return [...knownReceipts().values()].map(({ digest, decoded }): PaidAnswer => {
      const { subject, shares } = decoded;
      const fee = BigInt(subject.amount);
      const ownerBps = ownerShares().get(subject.model.toLowerCase());
      const paid = fee > 0n && ownerBps !== undefined;
      return {
        receipt: digest,
        at: 1000 * subject.timestamp,
        adapterId: subject.adapter,
        fee: paid ? fee : undefined,
        contributorsPart: paid ? splitFee({ amount: fee, ownerBps }).contributors : undefined,
        shares,
        ...(own()?.get(digest) ?? { rows: [] }),
      };
    });
  });
}
