// The Datanets that this browser knows: those of the configuration, those created here, and those that contributions of
// peers belong to. A Datanet created here is named by the CID of its description, so that whoever has its id can fetch
// and check what it is about; on a chain it is found by the digest in that CID.
import * as v from 'valibot';
import { canonicalJson } from '../../lib/canonicalJson.ts';
import { cid as asCid } from '../../lib/units.ts';
import { type ContributionRecord, database, readSetting, writeSetting } from '../../store/index.ts';
import { config } from './config.ts';
import { peers } from './peers.ts';

const descriptionSchema = v.object({
  v: v.literal(1),
  type: v.literal('datanet'),
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)),
  summary: v.pipe(v.string(), v.trim(), v.maxLength(400)),
  licence: v.pipe(v.string(), v.maxLength(100)),
});

/** What a Datanet is about: canonical JSON in one raw block. */
export type DatanetDescription = v.InferOutput<typeof descriptionSchema>;

interface KnownDatanet {
  readonly description: DatanetDescription;
  /** Created in this browser. */
  readonly mine: boolean;
}

const settingKey = 'datanets';
const maximumDescriptionBytes = 4096;

/** The bytes whose CID names the Datanet. */
export function describe(description: Omit<DatanetDescription, 'v' | 'type'>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalJson({ v: 1, type: 'datanet', ...description }));
}

/** Reads a description. Undefined when the bytes are none: a peer may name anything. */
export function readDescription(bytes: Uint8Array): DatanetDescription | undefined {
  if (bytes.byteLength > maximumDescriptionBytes) return undefined;
  try {
    const parsed = v.safeParse(descriptionSchema, JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function remember(id: string, known: KnownDatanet): Promise<void> {
  const all = (await readSetting<Record<string, KnownDatanet>>(settingKey)) ?? {};
  await writeSetting(settingKey, { ...all, [id]: known });
}

/** Stores the description as a block and remembers the Datanet. Returns its id. */
export async function createDatanet(description: Omit<DatanetDescription, 'v' | 'type'>): Promise<string> {
  const node = await peers();
  const id: string = await node.blocks.put(describe(description), 'raw');
  await remember(id, { description: { v: 1, type: 'datanet', ...description }, mine: true });
  return id;
}

/** Fetches the description of a Datanet that a peer named, if its id is one and somebody has it. */
export async function learnDatanet(id: string): Promise<void> {
  const all = (await readSetting<Record<string, KnownDatanet>>(settingKey)) ?? {};
  if (id in all || config().datanets.some((datanet) => datanet.id === id) || !/^baf[a-z2-7]{50,}$/.test(id)) return;
  const node = await peers();
  const description = readDescription(await node.blocks.get(asCid(id)));
  if (description !== undefined) await remember(id, { description, mine: false });
}

export interface DatanetEntry {
  readonly id: string;
  /** Undefined when nobody has told this browser. */
  readonly name: string | undefined;
  readonly summary: string;
  readonly licence: string;
  readonly rowCount: number;
  readonly contributorCount: number;
  readonly origin: 'config' | 'mine' | 'peers';
  /** Contributions known here, oldest first. */
  readonly contributions: readonly ContributionRecord[];
  /** JSONL of sample rows. */
  readonly rowsUrl?: string;
}

/** All Datanets, the configuration's first. Reads the database: use inside `createLive`. */
export async function listDatanets(): Promise<DatanetEntry[]> {
  const [records, known] = await Promise.all([
    database().contributions.orderBy('createdAt').toArray(),
    readSetting<Record<string, KnownDatanet>>(settingKey),
  ]);
  const byDatanet = Map.groupBy(records, (record) => record.datanetId);
  const offered = config().datanets;
  const ids = new Set([...offered.map((datanet) => datanet.id), ...Object.keys(known ?? {}), ...byDatanet.keys()]);
  return [...ids].map((id): DatanetEntry => {
    const contributions = byDatanet.get(id) ?? [];
    const published = {
      rowCount: contributions.reduce((sum, record) => sum + record.rows, 0),
      contributorCount: new Set(contributions.map((record) => record.contributor)).size,
    };
    const offer = offered.find((datanet) => datanet.id === id);
    if (offer !== undefined) {
      return {
        id,
        name: offer.name,
        summary: offer.description,
        licence: offer.licence,
        rowCount: published.rowCount + (offer.rowCount ?? 0),
        contributorCount: published.contributorCount + (offer.contributorCount ?? 0),
        origin: 'config',
        contributions,
        ...(offer.rowsUrl === undefined ? {} : { rowsUrl: offer.rowsUrl }),
      };
    }
    const entry = known?.[id];
    return {
      id,
      name: entry?.description.name,
      summary: entry?.description.summary ?? '',
      licence: entry?.description.licence ?? '',
      ...published,
      origin: entry?.mine === true ? 'mine' : 'peers',
      contributions,
    };
  });
}
