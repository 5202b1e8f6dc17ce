// Finding models over real HTTP: the Hub's API with gating and paging, headers by ranges, faults of servers, content by CID. The
// servers of `testing/hubServer.ts` lie on two origins, as a Hub and its storage do.
import { encode, prepare } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { expect, test } from 'vitest';
import { sha256 } from '../lib/hash.ts';
import { type CallContext, type Channel, expose } from '../lib/rpc.ts';
import { createModelsService } from './createModelsService.ts';
import { openRemoteBlob } from './remote/openRemoteBlob.ts';
import { readRemote } from './remote/readRemote.ts';
import type { BlockService, ModelsService } from './service.ts';
import { readFile } from './sources/openFile.ts';
import { createHubWorld, type HubWorld, type WorldDescription, type WorldRepository } from './testing/hubWorld.ts';
import type { ModelOffer } from './types.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const gguf = 'engine-formats/gguf/llama.Q4_0.gguf';
const tags = ['text-generation', 'gguf', 'license:apache-2.0'];

const repository: WorldRepository = {
  commit,
  tags,
  downloads: 5,
  files: {
    'README.md': { content: { text: 'hello' } },
    'tiny.Q4_0.gguf': { content: { golden: gguf, pad: 3_000_000 }, lfs: true },
    'tiny-00001-of-00002.gguf': { content: { text: 'split' }, lfs: true },
  },
};

const service: ModelsService = createModelsService({
  journal: { read: async () => undefined, update: async () => undefined },
  files: {} as never,
});
const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };

const open = (world: HubWorld, address: string, token?: string): Promise<ModelOffer> =>
  service.open({ hub: world.hub, address, token }, context);

function only<Item>(items: readonly Item[]): Item {
  expect(items).toHaveLength(1);
  return items[0] as Item;
}

test('the search keeps what can be read here, most downloaded first, page by page', async () => {
  const world = await createHubWorld({
    pageSize: 2,
    repositories: {
      'a/tiny-one': { ...repository, downloads: 1 },
      'a/tiny-onnx': { ...repository, tags: ['text-generation', 'onnx'], downloads: 2 },
      'a/tiny-images': { ...repository, tags: ['text-to-image', 'gguf'] },
      'a/tiny-three': { ...repository, gated: true, downloads: 3 },
    },
  });
  const first = await service.search({ hub: world.hub, query: 'tiny' }, context);
  expect(first.models.map(({ repository: name }) => name)).toEqual(['a/tiny-three']);
  expect(first.models[0]).toMatchObject({ gated: true, licence: 'apache-2.0', containers: ['gguf'], downloads: 3 });
  const second = await service.search({ hub: world.hub, query: 'tiny', page: first.next }, context);
  expect(second.models.map(({ repository: name }) => name)).toEqual(['a/tiny-one']);
  expect(second.next).toBeUndefined();
});

test('a header is read by ranges before any download, and a commit is pinned', async () => {
  const world = await createHubWorld({ repositories: { 'a/tiny': repository } });
  const offer = await open(world, 'a/tiny');
  expect(offer.source).toEqual({ kind: 'hub', hub: world.hub, repository: 'a/tiny', revision: commit, branch: 'main' });
  expect(offer).toMatchObject({ name: 'tiny', licence: 'apache-2.0' });
  expect(offer.refused).toEqual([{ name: 'tiny-00001-of-00002.gguf', bytes: 5, reason: 'split-gguf' }]);
  const choice = only(offer.choices);
  expect(choice).toMatchObject({ container: 'gguf', format: 'Q4_0' });
  const shape = await service.inspect({ files: choice.files }, context);
  expect(shape).toMatchObject({ architecture: 'llama', hasTokenizer: true });
  const ranges = (await world.log()).filter(({ server }) => server === 'cdn').map(({ range }) => range);
  expect(ranges.length).toBeGreaterThan(0);
  const asked = ranges
    .map((range) => range.match(/^bytes=(\d+)-(\d+)$/))
    .map((match) => Number(match?.[2]) - Number(match?.[1]));
  expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(1_500_000);
  expect((await world.log()).every(({ path }) => !path.includes('/resolve/main/'))).toBe(true);
});

test('the token goes to the Hub alone, and never into an error', async () => {
  const token = 'hf_secret';
  const world = await createHubWorld({ repositories: { 'a/gated': { ...repository, gated: true } }, token });
  const { files } = only((await open(world, 'a/gated')).choices);
  await expect(service.inspect({ files }, context)).rejects.toMatchObject({
    code: 'HUB_GATED',
    facts: { status: 401, page: `${world.hub}/a/gated` },
  });
  const refused = await service.inspect({ files, token: 'hf_other' }, context).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'HUB_GATED', facts: { status: 403 } });
  expect(JSON.stringify(refused) + String(refused)).not.toContain('hf_other');
  await service.inspect({ files, token }, context);
  const log = await world.log();
  expect(log.filter(({ server }) => server === 'hub').at(-1)?.authorization).toBe(`Bearer ${token}`);
  const elsewhere = log.filter(({ server }) => server === 'cdn');
  expect(elsewhere.length).toBeGreaterThan(0);
  expect(elsewhere.map(({ authorization, referer }) => authorization + referer).join('')).toBe('');
});

test('what the Hub refuses has a code of its own', async () => {
  const world = await createHubWorld({
    repositories: { 'a/tiny': repository, 'a/busy': repository, 'a/odd': repository },
    faults: {
      'api/models/a/odd/revision/main': { kind: 'status', status: 200 },
      'api/models/a/busy/revision/main': { kind: 'status', status: 429, headers: { 'retry-after': '17' } },
    },
  });
  await expect(open(world, 'a/none')).rejects.toMatchObject({ code: 'HUB_TOKEN_NEEDED' });
  await expect(open(world, 'a/none', 'hf_x')).rejects.toMatchObject({ code: 'HUB_TOKEN_REFUSED' });
  await expect(open(world, 'a/tiny@v9')).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
  await expect(open(world, 'a/busy')).rejects.toMatchObject({ code: 'HUB_BUSY', facts: { retryAfterSeconds: 17 } });
  await expect(open({ ...world, hub: 'http://127.0.0.1:9' }, 'a/tiny')).rejects.toMatchObject({
    code: 'REMOTE_UNREACHABLE',
  });
  await expect(open(world, 'a/odd')).rejects.toMatchObject({
    code: 'HUB_ANSWER_INVALID',
  });
  await expect(open(world, 'what is this')).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
});

/** A file of a world, as its storage serves it. */
async function stored(faults: Parameters<typeof createHubWorld>[0]['faults'], pad = 9_000_000) {
  const world = await createHubWorld({
    repositories: { 'a/tiny': { ...repository, files: { 'x.gguf': { content: { golden: gguf, pad } } } } },
    ...(faults === undefined ? {} : { faults }),
  });
  const url = `${world.hub}/a/tiny/resolve/${commit}/x.gguf`;
  return { world, url, bytes: 143_712 + pad };
}
const faulty = `a/tiny/resolve/${commit}/x.gguf`;

async function readAll(url: string, bytes: number, from = 0): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const part of readRemote({ url, bytes, from, stallMilliseconds: 2000 }))
    parts.push(...part.subarray(0, 4));
  return Uint8Array.from(parts);
}

test('a remote file is read in few requests, again from memory, and further ahead when read in order', async () => {
  const { world, url, bytes } = await stored(undefined);
  const blob = openRemoteBlob({ url, bytes, pieceBytes: 65_536 });
  expect(new TextDecoder().decode(await blob.slice(0, 4).arrayBuffer())).toBe('GGUF');
  await blob.slice(4, 60_000).arrayBuffer();
  expect(await world.log()).toHaveLength(1);
  for (let begin = 0; begin < 1_300_000; begin += 10_000) await blob.slice(begin, begin + 10_000).arrayBuffer();
  expect((await world.log()).length).toBeLessThan(8);
  const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const tail = await blob
    .slice(bytes - 1000)
    .slice(100, 300)
    .arrayBuffer();
  expect([...new Uint8Array(tail)]).toEqual([...whole.subarray(bytes - 900, bytes - 700)]);
  expect((await blob.slice(bytes, bytes + 10).arrayBuffer()).byteLength).toBe(0);
});

test('no more pieces are kept than allowed', async () => {
  const { world, url, bytes } = await stored(undefined);
  const blob = openRemoteBlob({ url, bytes, pieceBytes: 65_536, maxCachedBytes: 4 * 65_536 });
  const at = (piece: number): Promise<ArrayBuffer> => blob.slice(piece * 65_536, piece * 65_536 + 1).arrayBuffer();
  for (const piece of [0, 20, 40, 60, 80]) await at(piece);
  await at(80);
  expect(await world.log()).toHaveLength(5);
  await at(0);
  expect(await world.log()).toHaveLength(6);
});

test('a server that lies about ranges or sizes is found out', async () => {
  const ignoring = await stored({ [faulty]: { kind: 'ignore-range' } });
  const large = openRemoteBlob(ignoring);
  await expect(large.slice(0, 4).arrayBuffer()).rejects.toMatchObject({ code: 'REMOTE_NO_RANGES' });
  const small = await stored({ [faulty]: { kind: 'ignore-range' } }, 1000);
  expect(new TextDecoder().decode(await openRemoteBlob(small).slice(1, 4).arrayBuffer())).toBe('GUF');
  const wrong = await stored({ [faulty]: { kind: 'wrong-range' } });
  await expect(openRemoteBlob(wrong).slice(8, 12).arrayBuffer()).rejects.toMatchObject({ code: 'REMOTE_RANGE_WRONG' });
  await expect(readAll(wrong.url, wrong.bytes, 100)).rejects.toMatchObject({ code: 'REMOTE_RANGE_WRONG' });
  const honest = await stored(undefined);
  const larger = openRemoteBlob({ ...honest, bytes: honest.bytes + 1 });
  await expect(larger.slice(0, 4).arrayBuffer()).rejects.toMatchObject({
    code: 'REMOTE_SIZE_WRONG',
    facts: { announcedBytes: honest.bytes + 1, actualBytes: honest.bytes },
  });
  await expect(readAll(honest.url, honest.bytes - 1)).rejects.toMatchObject({ code: 'REMOTE_SIZE_WRONG' });
  await expect(readAll(honest.url, honest.bytes + 1)).rejects.toMatchObject({ code: 'REMOTE_ENDED_EARLY' });
  const looping = await stored({ [faulty]: { kind: 'loop' } });
  await expect(readAll(looping.url, looping.bytes)).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE' });
  const hanging = await stored({ [faulty]: { kind: 'hang', after: 1000 } });
  await expect(readAll(hanging.url, hanging.bytes)).rejects.toMatchObject({ code: 'REMOTE_ENDED_EARLY' });
  const cut = await stored({ [faulty]: { kind: 'cut', after: 500_000 } });
  await expect(readAll(cut.url, cut.bytes)).rejects.toMatchObject({ code: 'REMOTE_ENDED_EARLY' });
});

test('a server that ignores the range of a resumed download is read from its start', async () => {
  const { url, bytes } = await stored({ [faulty]: { kind: 'ignore-range' } });
  const whole = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const first = await readAll(url, bytes, 5_000_001);
  expect([...first.subarray(0, 4)]).toEqual([...whole.subarray(5_000_001, 5_000_005)]);
});

test('addresses of files and folders are opened by plain HTTP', async () => {
  const folder = 'engine/tiny-llama';
  const world = await createHubWorld({
    repositories: {
      'a/folder': {
        ...repository,
        files: {
          'config.json': { content: { golden: `${folder}/config.json` } },
          'model.safetensors': { content: { golden: `${folder}/model.safetensors` } },
          'one.gguf': { content: { golden: gguf } },
        },
      },
    },
  });
  const at = `${world.hub}/a/folder/resolve/main`;
  // Another Hub than the one that serves: its addresses are plain addresses then.
  const elsewhere = { ...world, hub: 'https://hub.example' };
  const file = await open(elsewhere, `${at}/one.gguf`);
  expect(file).toMatchObject({ source: { kind: 'url', url: `${at}/one.gguf` }, name: 'one.gguf' });
  expect(only(file.choices).downloadBytes).toBe(143_712);
  const whole = only((await open(elsewhere, `${at}/config.json`)).choices);
  expect(whole.files.map(({ name }) => name).sort()).toEqual(['config.json', 'model.safetensors']);
  expect(await service.inspect({ files: whole.files }, context)).toMatchObject({
    architecture: 'llama',
    hasTokenizer: false,
  });
});

test('what the storage behind a Hub refuses is not taken for a word of the Hub', async () => {
  const file = 'tiny.Q4_0.gguf';
  const world = await createHubWorld({ repositories: { 'a/tiny': repository } });
  const { files } = only((await open(world, 'a/tiny')).choices);
  await world.change({ faults: { [file]: { kind: 'status', status: 403 } } });
  await expect(service.inspect({ files, token: 'hf_x' }, context)).rejects.toMatchObject({
    code: 'REMOTE_REFUSED',
    facts: { status: 403 },
  });
  await world.change({ faults: { [file]: { kind: 'status', status: 503, headers: { 'retry-after': '9' } } } });
  await expect(service.inspect({ files }, context)).rejects.toMatchObject({ facts: { retryAfterSeconds: 9 } });
});

test('names that lead out of a repository are left out', async () => {
  const odd = ['../../other/x.gguf', '/x.gguf', './x.gguf', 'a//x.gguf'];
  const files = Object.fromEntries(odd.map((name) => [name, { content: { golden: gguf } }]));
  const world = await createHubWorld({
    repositories: { 'a/tiny': { ...repository, files: { ...files, '..x/y.gguf': { content: { golden: gguf } } } } },
  });
  expect(only((await open(world, 'a/tiny')).choices).id).toBe('..x/y.gguf');
});

test('a file that was replaced on its server is not joined with what was there before', async () => {
  const at = (modified: string): WorldDescription => ({
    repositories: { 'a/f': { ...repository, files: { 'x.gguf': { content: { golden: gguf }, modified } } } },
  });
  const world = await createHubWorld(at('Sun, 01 Mar 2026 00:00:00 GMT'));
  const url = `${world.hub}/a/f/resolve/main/x.gguf`;
  const offer = await open({ ...world, hub: 'https://hub.example' }, `${url}?signature=secret`);
  expect(offer.source).toEqual({ kind: 'url', url });
  const { files } = only(offer.choices);
  await service.inspect({ files }, context);
  await world.change(at('Mon, 02 Mar 2026 00:00:00 GMT'));
  await expect(service.inspect({ files }, context)).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
  const reading = readFile(only(files), 100_000, { getBlock: () => Promise.reject(new Error('none')) });
  await expect(reading.next()).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
});

/** A UnixFS file of dag-pb over raw leaves, and a folder around it, as a gateway would have it. */
async function unixfsWorld(leafBytes: number) {
  const { url } = await stored(undefined, 0);
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const blocks: Record<string, string> = {};
  const put = (block: Uint8Array, code: number): CID => {
    const cid = CID.createV1(code, create(0x12, sha256(block)));
    blocks[cid.toString()] = block.toBase64();
    return cid;
  };
  const leaves: { cid: CID; size: number }[] = [];
  for (let begin = 0; begin < bytes.length; begin += leafBytes) {
    const leaf = bytes.slice(begin, begin + leafBytes);
    leaves.push({ cid: put(leaf, 0x55), size: leaf.length });
  }
  const tree = (children: { cid: CID; size: number }[]): { cid: CID; size: number } => {
    const unixfs = new UnixFS({ type: 'file', blockSizes: children.map(({ size }) => BigInt(size)) });
    const node = prepare({
      Data: unixfs.marshal(),
      Links: children.map(({ cid, size }) => ({ Name: '', Tsize: size, Hash: cid })),
    });
    return { cid: put(encode(node), 0x70), size: children.reduce((sum, { size }) => sum + size, 0) };
  };
  const half = leaves.length >> 1;
  const file = tree([tree(leaves.slice(0, half)), tree(leaves.slice(half))]);
  const folder = put(
    encode(
      prepare({
        Data: new UnixFS({ type: 'directory' }).marshal(),
        Links: [{ Name: 'tiny.Q4_0.gguf', Tsize: file.size, Hash: file.cid }],
      }),
    ),
    0x70,
  );
  return {
    world: await createHubWorld({ blocks }),
    bytes,
    blocks,
    file: file.cid.toString(),
    folder: folder.toString(),
    leaf: leaves[1]?.cid.toString() ?? '',
  };
}

test('content is opened by its CID through a gateway that need not be trusted', async () => {
  const { world, bytes, folder, file, leaf, blocks } = await unixfsWorld(20_000);
  // The path of a test world cannot be a gateway's origin, so the location is given as a gateway would give it.
  const files = [
    { name: 'tiny.gguf', bytes: bytes.length, location: { kind: 'ipfs', cid: file, gateway: world.hub } },
  ] as const;
  expect(await service.inspect({ files }, context)).toMatchObject({ architecture: 'llama' });
  const { listUnixfs, readUnixfs } = await import('./ipfs/openUnixfs.ts');
  const { gatewayBlocks } = await import('./ipfs/blockSource.ts');
  const getBlock = gatewayBlocks(world.hub);
  expect(await listUnixfs(folder, getBlock)).toEqual([{ path: 'tiny.Q4_0.gguf', cid: file, bytes: bytes.length }]);
  const parts: Uint8Array[] = [];
  for await (const part of readUnixfs({ cid: file, bytes: bytes.length, getBlock, begin: 19_990, end: 90_001 }))
    parts.push(part);
  expect(new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())).toEqual(bytes.slice(19_990, 90_001));
  await world.change({ blocks: { ...blocks, [leaf]: new Uint8Array(20_000).toBase64() } });
  await expect(service.inspect({ files }, context)).rejects.toMatchObject({
    code: 'IPFS_BLOCK_WRONG',
    facts: { cid: leaf },
  });
  await expect(open(world, file)).rejects.toMatchObject({ code: 'IPFS_NO_PEERS' });
  await world.change({ blocks, faults: { [`ipfs/${leaf}`]: { kind: 'cut', after: 100 } } });
  await expect(getBlock(leaf, undefined)).rejects.toMatchObject({ code: 'REMOTE_ENDED_EARLY' });
  // Blocks that a page gets from its peers are checked in the same way.
  const { port1, port2 } = new MessageChannel();
  const peers: BlockService = { get: async ({ cid }) => Uint8Array.fromBase64(blocks[cid] ?? '') };
  expose(peers, port1 as unknown as Channel);
  await service.connectBlocks({ port: port2 }, context);
  const offer = await open(world, `ipfs://${folder}`);
  expect(offer).toMatchObject({ source: { kind: 'ipfs', cid: folder }, choices: [{ format: 'Q4_0' }] });
  expect(await service.inspect({ files: only(offer.choices).files }, context)).toMatchObject({ architecture: 'llama' });
});

test('a folder that holds itself many times over is given up', async () => {
  const blocks = new Map<string, Uint8Array>();
  const folder = (child: CID | undefined): CID => {
    const links = Array.from({ length: child === undefined ? 0 : 40 }, (_, index) => ({
      Name: `${index}`,
      Tsize: 0,
      Hash: child,
    }));
    const block = encode(prepare({ Data: new UnixFS({ type: 'directory' }).marshal(), Links: links }));
    const cid = CID.createV1(0x70, create(0x12, sha256(block)));
    blocks.set(cid.toString(), block);
    return cid;
  };
  const root = folder(folder(folder(folder(undefined))));
  const { listUnixfs } = await import('./ipfs/openUnixfs.ts');
  let asked = 0;
  const getBlock = async (cid: string): Promise<Uint8Array> => {
    asked += 1;
    return blocks.get(cid) as Uint8Array;
  };
  await expect(listUnixfs(root.toString(), getBlock)).rejects.toMatchObject({ code: 'IPFS_UNSUPPORTED' });
  expect(asked).toBeLessThanOrEqual(1000);
});
