// The rows of a Datanet, each with the address that is paid for it: from the sample files of the configuration, or from signed
// contributions by CID. It does not know where files and blocks come from: ports are handed in.
import * as v from 'valibot';
import {
  authorAddress,
  type BlockStore,
  type Contribution,
  type Evidence,
  orderByOwnership,
  readContribution,
  rowHash,
  type Verify,
} from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { cid as asCid } from '../../lib/units.ts';
import { isSampleSource, type RowSource, type SourceRow } from './rowSource.ts';
import { invalidSample, sampleRows } from './sampleRows.ts';
import { isContested, type UniqueRows, uniqueRows } from './uniqueRows.ts';

export interface SourceRowsPorts {
  /** Absolute addresses of a Datanet's sample rows and of the JSON that names their contributors; undefined without samples. */
  sampleFiles(datanetId: string): { readonly rowsUrl: string; readonly datanetUrl: string } | undefined;
  /** Throws `APP_DOWNLOAD_FAILED`. */
  fetchText(url: string, signal: AbortSignal | undefined): Promise<string>;
  /** Opened by the first contribution: sample rows need no peers. */
  contributionReader(): Promise<{ readonly blocks: BlockStore; readonly verify: Verify }>;
  /** What is known of when these contributions were there (`ownershipEvidence`). Asked only when accounts brought the same content. */
  evidenceOf(contributions: readonly Contribution[]): Promise<ReadonlyMap<string, Evidence>>;
}

export interface SourceRowsOptions {
  readonly ports: SourceRowsPorts;
  readonly signal?: AbortSignal | undefined;
}

const datanetSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    contributors: v.array(
      v.object({
        address: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{40}$/i)),
        rows: v.tuple([v.number(), v.number()]),
      }),
    ),
  }),
);

async function fetchSample({ datanetId, source }: RowSource, options: SourceRowsOptions): Promise<SourceRow[]> {
  const { ports, signal } = options;
  const files = ports.sampleFiles(datanetId);
  if (files === undefined) {
    throw new TributaryError({
      code: 'APP_SOURCE_UNKNOWN',
      message: 'This copy of Tributary does not have these sample rows.',
      facts: { datanetId, source },
      hint: 'Choose other rows, or add the Datanet to config.json.',
    });
  }
  const [text, datanet] = await Promise.all([
    ports.fetchText(files.rowsUrl, signal),
    ports.fetchText(files.datanetUrl, signal),
  ]);
  const described = v.safeParse(datanetSchema, datanet);
  if (!described.success)
    throw invalidSample('The file that names the contributors of the sample rows is not in its form.', {
      datanet: datanetId,
      contribution: source,
      field: v.getDotPath(described.issues[0]) ?? '',
    });
  return sampleRows({ datanetId, contribution: source, text, contributors: described.output.contributors });
}

/** The rows of one contribution, signature, root and every line checked. */
async function contributionRows(source: string, { ports, signal }: SourceRowsOptions): Promise<ReadSource> {
  const reader = await ports.contributionReader();
  const { header, rows, rowHashes } = await readContribution({ cid: asCid(source), ...reader, signal });
  const account = authorAddress(header.author);
  const owned = rows.map((row, position) => ({
    datanetId: header.datanet,
    contribution: source,
    position,
    account,
    row,
    rowHash: rowHashes[position] ?? rowHash(row),
  }));
  return { rows: owned, contribution: { cid: asCid(source), header } };
}

interface ReadSource {
  readonly rows: readonly SourceRow[];
  /** Absent for sample rows, which came with the app. */
  readonly contribution?: Contribution;
}

async function readSource(source: RowSource, options: SourceRowsOptions): Promise<ReadSource> {
  return isSampleSource(source.source)
    ? { rows: await fetchSample(source, options) }
    : contributionRows(source.source, options);
}

/** The rows of one source. Throws `APP_SOURCE_UNKNOWN`, `APP_SAMPLE_INVALID`, as `readContribution`, and errors of the ports. */
export async function sourceRows(source: RowSource, options: SourceRowsOptions): Promise<SourceRow[]> {
  return [...(await readSource(source, options)).rows];
}

/**
 * Rows of several sources in order, the same content once, owned by whoever was first with it: sample rows before all others, then
 * as `orderByOwnership`. Throws as `sourceRows`.
 */
export async function collectSourceRows(
  sources: readonly RowSource[],
  options: SourceRowsOptions,
): Promise<UniqueRows> {
  const read = await Promise.all(sources.map((source) => readSource(source, options)));
  const rows = read.flatMap((each) => each.rows);
  if (!isContested(rows)) return uniqueRows(rows, () => 0);
  const contributions = read.flatMap(({ contribution }) => contribution ?? []);
  const evidence = await options.ports.evidenceOf(contributions);
  const ordered = orderByOwnership(
    contributions.map(({ cid, header }) => ({ cid, parents: header.parents, ...evidence.get(cid) })),
  );
  const places = new Map<string, number>(ordered.map(({ cid }, place) => [cid, place]));
  return uniqueRows(rows, (contribution) => places.get(contribution) ?? -1);
}
