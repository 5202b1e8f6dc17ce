// One safety copy, damaged, imported through the public call into a browser that keeps something already. Runs in a browser.
import { TributaryError } from '../../../src/lib/errors.ts';
import { withBlocks } from '../../../src/store/blockDatabase.ts';
import {
  database,
  deleteFile,
  eraseEverything,
  type FileArea,
  listFiles,
  readFile,
  safetyCopies,
} from '../../../src/store/index.ts';
import { storedFault } from '../../../src/store/recordSchemas.ts';
import { copyToBlob, type Entries, PASSWORD, pack, packFitting, unpack } from '../../../src/store/testing/archives.ts';
import { fillBrowser } from '../../../src/store/testing/fillBrowser.ts';
import { chat } from '../../../src/store/testing/records.ts';
import { damagedValue } from '../decoders/damagedValue.ts';
import { type Random, randomOf } from '../decoders/random.ts';

/** What is damaged. */
export const parts = ['bytes', 'entries', 'records', 'manifest', 'keys'] as const;
export type Part = (typeof parts)[number];

const areas: readonly FileArea[] = ['models', 'adapters', 'checkpoints'];

/** Everything that an import can change, as text: records beneath Dexie, files with their bytes, blocks. */
async function everything(): Promise<string> {
  await database().open();
  const found: unknown[] = [];
  for (const { name } of database().tables) {
    const request = database().backendDB().transaction(name).objectStore(name).getAll();
    found.push([name, await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))]);
  }
  for (const area of areas) {
    for (const { name, facts } of (await listFiles(area)).sort((one, other) => (one.name < other.name ? -1 : 1)))
      found.push([area, name, facts, new Uint8Array((await (await readFile(area, name))?.arrayBuffer()) ?? [])]);
  }
  found.push(await withBlocks((blocks) => blocks.keys()));
  return JSON.stringify(found, (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? [...value].join() : value,
  );
}

/** The browser that imports: one chat of the copy is another here, everything else of it is absent. */
async function prepareBrowser(): Promise<string> {
  await eraseEverything();
  await database().chats.put({ ...chat, title: 'Here already' });
  return everything();
}

export interface Example {
  readonly archive: Blob;
  readonly entries: Entries;
  /** The browser before an import. */
  before: string;
}

export async function openExample(): Promise<Example> {
  await eraseEverything();
  await fillBrowser();
  await deleteFile('models', 'weights');
  const { blob } = await copyToBlob();
  return { archive: blob, entries: await unpack(blob), before: await prepareBrowser() };
}

function damagedBytes(bytes: Uint8Array<ArrayBuffer>, { pick, below }: Random): Uint8Array<ArrayBuffer> {
  const at = below(bytes.length);
  const flipped = (): Uint8Array<ArrayBuffer> => {
    const copy = bytes.slice();
    for (let count = 1 + below(8); count > 0; count -= 1) {
      const place = below(copy.length);
      copy[place] = (copy[place] ?? 0) ^ (1 << below(8));
    }
    return copy;
  };
  return pick([
    flipped,
    () => bytes.slice(0, at),
    () => bytes.slice(at),
    () => Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + below(100))]),
    () => Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(below(at + 1), at), ...bytes.subarray(at)]),
  ])();
}

const json = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
const value = (bytes: Uint8Array | undefined): unknown => JSON.parse(new TextDecoder().decode(bytes));

async function damaged({ archive, entries }: Example, part: Part, random: Random): Promise<Blob> {
  const { pick, chance } = random;
  if (part === 'bytes') return new Blob([damagedBytes(new Uint8Array(await archive.arrayBuffer()), random)]);
  const copy = new Map(entries);
  if (part === 'entries') {
    // Files and blocks are checked last, when others of them are written already.
    const late = chance(0.5) ? /^(files|blocks)\// : /^(?!manifest)/;
    const path = pick([...copy.keys()].filter((each) => late.test(each)));
    const bytes = copy.get(path) ?? new Uint8Array();
    const other = pick([...copy.keys()]);
    pick<() => unknown>([
      () => copy.delete(path),
      () => copy.set(other, bytes),
      () => copy.set(path, damagedBytes(bytes, random)),
    ])();
    return chance(0.5) ? packFitting(copy) : pack(copy);
  }
  if (part === 'records') {
    const path = pick([...copy].filter(([each, bytes]) => each.startsWith('tables/') && bytes.length > 0))[0];
    const lines = new TextDecoder().decode(copy.get(path)).split('\n').filter(Boolean);
    const at = random.below(lines.length);
    const record = damagedValue(JSON.parse(lines[at] ?? ''), JSON.parse(pick(lines)), random, false);
    copy.set(path, new TextEncoder().encode(lines.with(at, JSON.stringify(record) ?? '').join('\n')));
    return packFitting(copy);
  }
  const path = part === 'manifest' ? 'manifest.json' : 'keys.json';
  const whole = value(copy.get(path));
  copy.set(path, json(damagedValue(whole, whole, random, false) ?? null));
  return part === 'manifest' ? pack(copy) : packFitting(copy);
}

/** What is wrong after an import that was not refused: something of the copy is not here, or a room could not read it. */
async function faultOfImported(copy: Parameters<typeof compared>[0]): Promise<string | undefined> {
  const missing = (await compared(copy)).filter(({ added, conflicts }) => added + conflicts > 0);
  if (missing.length > 0) return `imported, and not all of it is here: ${JSON.stringify(missing)}`;
  for (const [table, records] of copy.records) {
    for (const record of records) {
      const fault = storedFault(table, record);
      if (fault !== undefined) return `imported a record of ${table} that no room can read: ${fault}`;
    }
  }
  return undefined;
}

type SafetyCopy = Awaited<ReturnType<Awaited<ReturnType<typeof safetyCopies>>['readSafetyCopy']>>;
async function compared(copy: SafetyCopy) {
  return (await safetyCopies()).compareSafetyCopy(copy);
}

/** What was wrong with attempt `run`, or undefined. */
export async function faultOf(
  example: Example,
  { part, seed, run }: { readonly part: Part; readonly seed: number; readonly run: number },
): Promise<string | undefined> {
  const random = randomOf(seed, parts.indexOf(part), run);
  const { readSafetyCopy, importSafetyCopy } = await safetyCopies();
  const archive = await damaged(example, part, random);
  try {
    const copy = await readSafetyCopy(archive);
    await importSafetyCopy({
      copy,
      conflicts: 'replace',
      ...(random.chance(0.5) ? { password: PASSWORD } : {}),
      closeKey: async (key) => key,
      isSigned: async () => true,
    });
    const fault = await faultOfImported(copy);
    example.before = await prepareBrowser();
    return fault;
  } catch (error) {
    const after = await everything();
    if (after !== example.before) {
      example.before = await prepareBrowser();
      return `refused (${error instanceof TributaryError ? error.code : error}), and something of it stayed`;
    }
    if (error instanceof TributaryError && error.code !== 'UNEXPECTED') return undefined;
    return `threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
