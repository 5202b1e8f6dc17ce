// An index as dag-cbor: a map of small arrays and a few byte strings (numbers little-endian). One value has one encoding.
import { encode } from '@ipld/dag-cbor';
import { hexToBytes, ownBytes } from '../../lib/bytes.ts';
import type { AttributionIndex, IndexedRows } from './attributionIndex.ts';

function littleEndian(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, index) => {
    view.setFloat64(8 * index, value, true);
  });
  return new Uint8Array(view.buffer);
}

function encodeRows(rows: IndexedRows): Record<string, unknown> {
  return {
    count: rows.count,
    hashes: rows.hashes,
    owners: [...rows.owners],
    contributions: [...rows.contributions],
    positions: [...rows.positions],
    classes: [...rows.classes],
    exponents: [...rows.exponents],
    codes: new Uint8Array(rows.codes.buffer, rows.codes.byteOffset, rows.codes.length),
    leverage: littleEndian(rows.leverage),
  };
}

export function encodeIndex(index: AttributionIndex): Uint8Array<ArrayBuffer> {
  const { parameterCount, size, seed, damping, root, contributionNames } = index;
  const document = {
    v: 1,
    type: 'attribution-index',
    adapter: index.adapterHash === null ? null : hexToBytes(index.adapterHash),
    parameterCount,
    sketch: { size, seed },
    policy: { ...index.policy, channelsPpm: [...index.policy.channelsPpm] },
    evaluation: index.evaluation === null ? null : { ...index.evaluation },
    accounts: index.accounts.map((account) => hexToBytes(account)),
    contributionNames: [...contributionNames],
    damping,
    trained: encodeRows(index.trained),
    placebo: encodeRows(index.placebo),
    root,
  };
  return ownBytes(encode(document));
}
