// The models at an address. Lists names and sizes; no weights are read.
import * as v from 'valibot';
import { TributaryError } from '../../lib/errors.ts';
import { listChoices } from '../artifacts/listChoices.ts';
import { listFiles } from '../hub/listFiles.ts';
import { listUnixfs } from '../ipfs/openUnixfs.ts';
import { plainAddress, sendRequest } from '../remote/sendRequest.ts';
import { onnxChoices } from '../runtimes/transformers/onnxChoices.ts';
import type { RuntimeModel } from '../runtimes/types.ts';
import type { ModelOffer, ModelSource, SourceFile } from '../types.ts';
import { type Access, blocksOf } from './openFile.ts';
import type { Address } from './parseAddress.ts';

interface Listed {
  readonly source: ModelSource;
  readonly name: string;
  readonly licence?: string;
  readonly files: readonly SourceFile[];
  readonly onnx?: readonly RuntimeModel[];
}

async function listHub(hub: string, address: Extract<Address, { kind: 'hub' }>, access: Access): Promise<Listed> {
  const { repository, revision } = address;
  const { commit, branch, licence, files } = await listFiles({ hub, repository, revision, ...access });
  return {
    source: { kind: 'hub', hub, repository, revision: commit, branch },
    name: repository.split('/')[1] ?? repository,
    ...(licence === undefined ? {} : { licence }),
    files,
    onnx: onnxChoices({ repository, revision: commit, files }),
  };
}

interface Measured {
  readonly bytes: number;
  readonly lastModified?: string;
}

/**
 * Size and modification time of a file behind HTTP. A request for one byte tells them, unless the server hides the size from
 * pages of another origin; then HEAD does, except for text, whose length may be that of a compressed body: text is read.
 */
export async function measureRemote(url: string, { signal }: Access): Promise<Measured> {
  const response = await sendRequest(url, { signal, headers: { range: 'bytes=0-0' } });
  await response.body?.cancel();
  const lastModified = response.headers.get('last-modified');
  const measured = (bytes: number): Measured => ({ bytes, ...(lastModified === null ? {} : { lastModified }) });
  const total =
    response.status === 206
      ? response.headers.get('content-range')?.match(/\/(\d+)$/)?.[1]
      : response.headers.get('content-length');
  if (total !== undefined && total !== null) return measured(Number(total));
  if (/\.(json|jinja)$/.test(new URL(url).pathname))
    return measured((await (await sendRequest(url, { signal })).arrayBuffer()).byteLength);
  const length = (await sendRequest(url, { method: 'HEAD', signal })).headers.get('content-length');
  if (length !== null) return measured(Number(length));
  throw new TributaryError({
    code: 'REMOTE_SIZE_UNKNOWN',
    message: 'The server does not say how large the file is.',
    facts: { url: plainAddress(url) },
    hint: 'Use another source, or download the file yourself and drop it here.',
  });
}

async function listUrl({ url }: Extract<Address, { kind: 'url' }>, access: Access): Promise<Listed> {
  const fileAt = async (name: string, at: string): Promise<SourceFile> => {
    const { bytes, ...age } = await measureRemote(at, access);
    return { name, bytes, location: { kind: 'http', url: at, ...age } };
  };
  const path = decodeURIComponent(new URL(url).pathname).split('/');
  const last = path.at(-1) ?? '';
  const source: ModelSource = { kind: 'url', url: plainAddress(url) };
  if (last !== 'config.json') return { source, name: last, files: [await fileAt(last, url)] };
  const sibling = (name: string): string => new URL(name, url).href;
  const absent = (error: unknown): undefined => {
    if (error instanceof TributaryError && error.code === 'REMOTE_REFUSED' && Number(error.facts['status']) < 500)
      return;
    throw error;
  };
  const ifThere = (name: string): Promise<SourceFile | undefined> => fileAt(name, sibling(name)).catch(absent);
  const names = [
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'generation_config.json',
    'chat_template.jinja',
    'chat_template.json',
  ];
  const [config, index, single, ...others] = await Promise.all([
    fileAt(last, url),
    ifThere('model.safetensors.index.json'),
    ifThere('model.safetensors'),
    ...names.map(ifThere),
  ]);
  const shards = index === undefined ? [] : await shardNames(sibling(index.name), access);
  const files = [
    config,
    index,
    single,
    ...others,
    ...(await Promise.all(shards.map((name) => fileAt(name, sibling(name))))),
  ];
  return { source, name: path.at(-2) ?? last, files: files.filter((file) => file !== undefined) };
}

const indexSchema = v.object({ weight_map: v.record(v.string(), v.string()) });
const MAX_SHARDS = 1000;

/** Names of the shards of an index: plain names of safetensors files beside it. */
async function shardNames(url: string, { signal }: Access): Promise<readonly string[]> {
  const response = await sendRequest(url, { signal });
  const parsed = v.safeParse(indexSchema, await response.json().catch(() => undefined));
  const names = parsed.success ? [...new Set(Object.values(parsed.output.weight_map))] : [];
  const sound = names.length <= MAX_SHARDS && names.every((name) => /^[\w-][\w.-]*\.safetensors$/.test(name));
  if (parsed.success && sound) return names.sort();
  throw new TributaryError({
    code: 'SOURCE_SHARDS_INVALID',
    message: 'The index of the model’s shards cannot be read.',
    facts: { url: plainAddress(url) },
    hint: 'Get the model from another source.',
  });
}

async function listIpfs(address: Extract<Address, { kind: 'ipfs' }>, access: Access): Promise<Listed> {
  const { cid, path, gateway } = address;
  const at = gateway === undefined ? {} : { gateway };
  const found = await listUnixfs(cid, blocksOf(at, access), access.signal);
  const below = found.filter((file) => path === '' || file.path === path || file.path.startsWith(`${path}/`));
  if (below.length === 0) {
    throw new TributaryError({
      code: 'SOURCE_PATH_MISSING',
      message: 'There is no such path below this content identifier.',
      facts: { cid, path },
      hint: 'Open the content identifier alone to see what it holds.',
    });
  }
  const files = below.map((file): SourceFile => {
    // A file that is opened by its CID alone has no name; its header tells its format.
    const name = file.path === '' ? `${cid}.gguf` : file.path;
    return { name, bytes: file.bytes, location: { kind: 'ipfs', cid: file.cid, ...at } };
  });
  return { source: { kind: 'ipfs', cid, ...at }, name: path.split('/').at(-1) || cid, files };
}

/** The models at an address. Throws `SOURCE_*`, `HUB_*`, `REMOTE_*`, `IPFS_*`, `CID_INVALID`, `ABORTED`. */
export async function openSource(address: Address, hub: string, access: Access): Promise<ModelOffer> {
  const list = {
    hub: () => listHub(hub, address as Extract<Address, { kind: 'hub' }>, access),
    url: () => listUrl(address as Extract<Address, { kind: 'url' }>, access),
    ipfs: () => listIpfs(address as Extract<Address, { kind: 'ipfs' }>, access),
  }[address.kind];
  const { files, ...rest } = await list();
  return { ...rest, ...listChoices(files) };
}
