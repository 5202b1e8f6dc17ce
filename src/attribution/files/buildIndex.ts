// From rows with sketches to an index: numbers contributors by ascending address, forms the kernel once for damping and
// leverage, and commits to all sketches by one root.
import { bytesToHex, concatBytes } from '../../lib/bytes.ts';
import { TributaryError } from '../../lib/errors.ts';
import { integerProducts } from '../influence/integerProducts.ts';
import { kernelMatrix } from '../influence/kernelMatrix.ts';
import { damping, factorize, placeboLeverage, rowLeverage } from '../influence/leverage.ts';
import type { AttributionEvaluation, AttributionPolicy, IndexRow } from '../types.ts';
import type { AttributionIndex, IndexedRows } from './attributionIndex.ts';
import { defaultPolicy } from './defaultPolicy.ts';
import { rowHash } from './rowHash.ts';
import { sketchRoot } from './sketchRoot.ts';

export interface BuildIndexParameters {
  /** In order of registration: of equal contents the first is paid. Placebo rows are marked and may stand anywhere. */
  readonly rows: readonly IndexRow[];
  readonly parameterCount: number;
  /** SHA-256 of the adapter's weights file, 64 hexadecimal digits. */
  readonly adapterHash?: string | undefined;
  readonly seed: number;
  readonly policy?: AttributionPolicy | undefined;
  readonly evaluation?: AttributionEvaluation | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

function refuse(message: string, facts: Record<string, string | number>): never {
  throw new TributaryError({
    code: 'INDEX_ROWS_INVALID',
    message,
    facts,
    hint: 'Correct the rows and build the index again.',
  });
}

function collect(
  rows: readonly IndexRow[],
  size: number,
  accounts: readonly string[],
  names: readonly string[],
): Omit<IndexedRows, 'leverage'> {
  const hashes = rows.map(rowHash);
  const [byHash, byKey] = [new Map<string, number>(), new Map<string, number>()];
  const classes = rows.map(({ contentKey }, number) => {
    const hash = bytesToHex(hashes[number] as Uint8Array);
    // The same row is the same content, whatever its key says.
    const first = byHash.get(hash) ?? (contentKey === undefined ? undefined : byKey.get(contentKey)) ?? number;
    byHash.set(hash, first);
    if (contentKey !== undefined && !byKey.has(contentKey)) byKey.set(contentKey, first);
    return first;
  });
  const codes = new Int8Array(rows.length * size);
  rows.forEach(({ sketch }, number) => {
    codes.set(sketch.codes, number * size);
  });
  return {
    count: rows.length,
    hashes: concatBytes(hashes),
    owners: Int32Array.from(rows, (row) => accounts.indexOf(row.account.toLowerCase())),
    contributions: Int32Array.from(rows, (row) => names.indexOf(row.contribution)),
    positions: Int32Array.from(rows, (row) => row.position),
    classes: Int32Array.from(classes),
    codes,
    exponents: Int32Array.from(rows, (row) => row.sketch.exponent),
  };
}

/** Throws `INDEX_ROWS_INVALID`, `INDEX_DEGENERATE`, or the signal's reason. About N^2 D / 4e9 + N^3 / 1e9 seconds. */
export async function buildIndex({
  rows,
  parameterCount,
  seed,
  signal,
  onProgress,
  ...chosen
}: BuildIndexParameters): Promise<AttributionIndex> {
  const [sample] = rows;
  if (sample === undefined || rows.every((row) => row.placebo === true))
    refuse('An index needs at least one trained row.', { rows: rows.length });
  const size = sample.sketch.codes.length;
  rows.forEach((row, number) => {
    if (row.sketch.codes.length !== size)
      refuse('The sketches have different sizes.', { row: number, size: row.sketch.codes.length });
    if (!/^0x[0-9a-fA-F]{40}$/.test(row.account))
      refuse('A row has no valid address.', { row: number, account: row.account.slice(0, 60) });
  });
  const accounts = [...new Set(rows.map((row) => row.account.toLowerCase()))].sort();
  const contributionNames = [...new Set(rows.map((row) => row.contribution))];
  const trained = collect(
    rows.filter((row) => row.placebo !== true),
    size,
    accounts,
    contributionNames,
  );
  const placebo = collect(
    rows.filter((row) => row.placebo === true),
    size,
    accounts,
    contributionNames,
  );

  const products = await integerProducts({
    left: trained.codes,
    right: trained.codes,
    size,
    signal,
    onProgress: (done) => onProgress?.(done / 2),
  });
  const kernel = kernelMatrix(products, trained.exponents, trained.exponents);
  const crossProducts = await integerProducts({ left: placebo.codes, right: trained.codes, size, signal });
  const cross = kernelMatrix(crossProducts, placebo.exponents, trained.exponents);
  const squares = Float64Array.from({ length: placebo.count }, (_, row) => {
    const codes = placebo.codes.subarray(row * size, (row + 1) * size);
    return codes.reduce((sum, code) => sum + code * code, 0) * 4 ** (placebo.exponents[row] as number);
  });
  const lambda = damping(kernel, trained.count);
  if (!(lambda > 0)) {
    throw new TributaryError({
      code: 'INDEX_DEGENERATE',
      message: 'The gradients of the rows are all zero, so no influence can be computed.',
      facts: { damping: lambda },
      hint: 'Train the adapter for at least one step before building its index.',
    });
  }
  const factor = factorize(kernel, trained.count, lambda);
  onProgress?.(0.75);
  const leverage = rowLeverage(factor, lambda);
  onProgress?.(1);
  return {
    adapterHash: chosen.adapterHash ?? null,
    parameterCount,
    size,
    seed,
    policy: chosen.policy ?? defaultPolicy(accounts.length),
    evaluation: chosen.evaluation ?? null,
    accounts,
    contributionNames,
    damping: lambda,
    trained: { ...trained, leverage },
    placebo: { ...placebo, leverage: placeboLeverage(factor, lambda, cross, squares) },
    root: sketchRoot(size, trained, placebo),
  };
}
