import { adapterData } from './adapterRecord.ts';

/** Whether the page that published it here may have gone away before the node had it. What failed instead says so. */
export function isUnannounced(record: { readonly manifestCid?: string | undefined; readonly data?: unknown }): boolean {
  const { runId, isAnnounced, announceError } = adapterData(record);
  return record.manifestCid !== undefined && runId !== undefined && isAnnounced !== true && announceError === undefined;
}
