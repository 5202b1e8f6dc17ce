// The rows of a Datanet with who is paid for each: from the sample files of the configuration, or from signed
// contributions by CID. Rows of one place keep their positions, so that an index can name them.
import * as v from 'valibot';
import { authorAddress, contentKey, type Row, readContribution, rowHash } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import { cid as asCid } from '../../lib/units.ts';
import { type ConfigDatanet, config } from './config.ts';
import { peers } from './peers.ts';

export interface SourceRow {
  readonly datanetId: string;
  /** CID of the contribution, or `sample:<datanet id>`. */
  readonly contribution: string;
  /** Index within the contribution or sample file. */
  readonly position: number;
  /** 0x-address that is paid. */
  readonly account: string;
  readonly row: Row;
  readonly rowHash: string;
}

/** Where rows are read from: a contribution, or the sample rows of a Datanet. */
export interface RowSource {
  readonly datanetId: string;
  readonly source: string;
}

export const samplePrefix = 'sample:';

const contributorsSchema = v.object({
  contributors: v.array(
    v.object({
      address: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{40}$/i)),
      rows: v.tuple([v.number(), v.number()]),
    }),
  ),
});

async function fetchText(url: string, signal: AbortSignal | undefined): Promise<string> {
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok) {
    throw new TributaryError({
      code: 'APP_DOWNLOAD_FAILED',
      message: 'The rows of a sample Datanet could not be downloaded.',
      facts: { url, status: response.status },
      hint: 'Check the connection and try again.',
    });
  }
  return response.text();
}

async function sampleRows(
  datanet: ConfigDatanet & { rowsUrl: string },
  signal: AbortSignal | undefined,
): Promise<SourceRow[]> {
  const rowsUrl = new URL(datanet.rowsUrl, document.baseURI).href;
  const [text, facts] = await Promise.all([
    fetchText(rowsUrl, signal),
    fetchText(new URL(datanet.url ?? new URL('datanet.json', rowsUrl).href, document.baseURI).href, signal),
  ]);
  const { contributors } = v.parse(contributorsSchema, JSON.parse(facts));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, position) => {
      const row = JSON.parse(line) as Row;
      const owner = contributors.find(({ rows: [from, end] }) => position >= from && position < end);
      if (owner === undefined) {
        throw new TributaryError({
          code: 'APP_SAMPLE_INVALID',
          message: `Row ${position} of the Datanet "${datanet.name}" has no contributor.`,
          facts: { datanet: datanet.name, url: rowsUrl, position },
          hint: 'Make the sample Datanets again.',
        });
      }
      return {
        datanetId: datanet.id,
        contribution: `${samplePrefix}${datanet.id}`,
        position,
        account: owner.address.toLowerCase(),
        row,
        rowHash: rowHash(row),
      };
    });
}

/** The rows of one contribution, signature, root and every line checked. Throws as `readContribution`. */
async function contributionRows(source: string, signal: AbortSignal | undefined): Promise<SourceRow[]> {
  const [{ verifyMessage }, node] = await Promise.all([import('../../settlement/index.ts'), peers()]);
  const { header, rows, rowHashes } = await readContribution({
    cid: asCid(source),
    blocks: node.blocks,
    verify: verifyMessage,
    signal,
  });
  const account = authorAddress(header.author);
  return rows.map((row, position) => ({
    datanetId: header.datanet,
    contribution: source,
    position,
    account,
    row,
    rowHash: rowHashes[position] ?? rowHash(row),
  }));
}

/** The rows of one source. Throws `APP_SOURCE_UNKNOWN`, or what fetching throws. */
export async function sourceRows({ datanetId, source }: RowSource, signal?: AbortSignal): Promise<SourceRow[]> {
  if (!source.startsWith(samplePrefix)) return contributionRows(source, signal);
  const datanet = config().datanets.find((candidate) => candidate.id === datanetId);
  const rowsUrl = datanet?.rowsUrl;
  if (datanet === undefined || rowsUrl === undefined) {
    throw new TributaryError({
      code: 'APP_SOURCE_UNKNOWN',
      message: 'This copy of Tributary does not have these sample rows.',
      facts: { datanetId, source },
      hint: 'Choose other rows, or add the Datanet to config.json.',
    });
  }
  return sampleRows({ ...datanet, rowsUrl }, signal);
}

/** Rows of several sources in order, the same content once: it is trained on and paid once, to the first. */
export async function collectSourceRows(
  sources: readonly RowSource[],
  signal?: AbortSignal,
): Promise<{ readonly rows: readonly SourceRow[]; readonly duplicates: number }> {
  const all = (await Promise.all(sources.map((source) => sourceRows(source, signal)))).flat();
  const first = new Map<string, SourceRow>();
  for (const row of all) {
    const key = contentKey(row.row);
    if (!first.has(key)) first.set(key, row);
  }
  return { rows: [...first.values()], duplicates: all.length - first.size };
}

/** Prompt and response alone: what template, training and attribution see. */
export function textOf({ row }: SourceRow): { readonly prompt: string; readonly response: string } {
  return { prompt: row.prompt, response: row.response };
}
