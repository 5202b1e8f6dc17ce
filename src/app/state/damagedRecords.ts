// What this page came upon in the database that it cannot read, as a signal.
import { createSignal } from 'solid-js';
import { type DamagedRecord, followDamagedRecords } from '../../store/index.ts';

const [records, setRecords] = createSignal<readonly DamagedRecord[]>([]);
followDamagedRecords((found) => void setRecords(found));

/** Records that are damaged or of another version: left out of every room, and still in the database. */
export const damagedRecords = records;
