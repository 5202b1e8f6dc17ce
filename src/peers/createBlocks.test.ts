// Files of strangers, read from a node in memory: whole, bounded, and with no promise left to fail for nobody (Node ends a
// process for that, so a peer could end a relay; Vitest fails the test).
import { encode, prepare } from '@ipld/dag-pb';
import { createHeliaLight } from 'helia';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { create } from 'multiformats/hashes/digest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectBytes } from '../lib/bytes.ts';
import { sha256 } from '../lib/hash.ts';
import type { Cid } from '../lib/units.ts';
import { createBlocks } from './createBlocks.ts';

interface Part {
  readonly cid: CID;
  readonly size: number;
}

/** Blocks of a node that is connected to nobody. */
async function world() {
  const helia = createHeliaLight();
  const { blockstore } = helia;
  const asked: string[] = [];
  const get = blockstore.get.bind(blockstore);
  blockstore.get = (cid, options) => {
    asked.push(cid.toString());
    return get(cid, { ...options, offline: true });
  };
  const missing: Cid[] = [];
  const blocks = createBlocks({
    helia: Object.assign(helia, { libp2p: { getConnections: () => [{}, {}] } }) as never,
    onMissing: (cid) => missing.push(cid),
  });
  const put = async (bytes: Uint8Array, code: number): Promise<CID> => {
    const cid = CID.createV1(code, create(0x12, sha256(bytes)));
    await blockstore.put(cid, bytes);
    return cid;
  };
  const leaf = async (bytes: Uint8Array): Promise<Part> => ({ cid: await put(bytes, 0x55), size: bytes.byteLength });
  const node = async (children: readonly Part[], data?: Uint8Array): Promise<Part> => {
    const unixfs = new UnixFS({ type: 'file', blockSizes: children.map(({ size }) => BigInt(size)) });
    const block = encode(
      prepare({
        Data: data ?? unixfs.marshal(),
        Links: children.map(({ cid, size }) => ({ Name: '', Tsize: size, Hash: cid })),
      }),
    );
    return { cid: await put(block, 0x70), size: children.reduce((sum, { size }) => sum + size, 0) };
  };
  const getFile = (part: Part, maxBytes = 1_000, seen: Cid[] = []): Promise<Uint8Array> =>
    collectBytes(
      blocks.readFile(part.cid.toString() as Cid, { maxBytes: maxBytes, onBlock: (cid) => void seen.push(cid) }),
    );
  return { blocks, blockstore, leaf, node, getFile, asked, missing };
}

const part = (value: number): Uint8Array => new Uint8Array([value, value]);

it('reads a file of several levels, names each of its blocks, and is bounded before a leaf is fetched', async () => {
  const { leaf, node, getFile, asked, blocks } = await world();
  const [one, two, three] = [await leaf(part(1)), await leaf(part(2)), await leaf(part(3))];
  const inner = await node([one, two]);
  const file = await node([inner, three]);
  const seen: Cid[] = [];
  expect(await getFile(file, 6, seen)).toEqual(new Uint8Array([1, 1, 2, 2, 3, 3]));
  expect(new Set(seen)).toEqual(new Set([file, inner, one, two, three].map(({ cid }) => cid.toString())));
  asked.length = 0;
  await expect(getFile(file, 5)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  expect(asked).toEqual([file.cid.toString()]);
  const large = new Uint8Array(2_500_000).map((_, index) => index % 251);
  expect(await collectBytes(blocks.readFile(await blocks.putFile(large), { maxBytes: large.length }))).toEqual(large);
  expect(await getFile(await leaf(new Uint8Array(0)))).toEqual(new Uint8Array(0));
});

it('a part that is missing or malformed, however deep, fails the call and nothing else', async () => {
  const { leaf, node, getFile, blockstore } = await world();
  const gone = await leaf(part(9));
  await blockstore.delete(gone.cid);
  await expect(getFile(await node([await node([gone])]))).rejects.toMatchObject({ code: 'BLOCK_NOT_FOUND' });
  const odd = { ...(await node([], new Uint8Array([0xff]))), size: 2 };
  const other = { cid: CID.createV1(0x71, gone.cid.multihash), size: 2 };
  const long = { ...(await leaf(part(1))), size: 3 };
  const short = { ...(await node([await leaf(part(2))])), size: 3 };
  for (const inner of [odd, other, long, short])
    await expect(getFile(await node([await node([inner])]))).rejects.toMatchObject({ code: 'IPFS_UNSUPPORTED' });
  await new Promise((resolve) => setTimeout(resolve));
});

it('empty parts cost nothing: a tree of a million of them is not walked', async () => {
  const { leaf, node, getFile, asked } = await world();
  let empty = await node([]);
  for (let level = 0; level < 6; level += 1) empty = await node(Array.from({ length: 10 }, () => empty));
  const one = await leaf(part(7));
  expect(await getFile(await node([empty, one, ...Array.from({ length: 10 }, () => empty)]))).toEqual(part(7));
  expect(asked.length).toBeLessThan(10);
});

it('what is read of a file is bounded by what arrived of it: a part that is named without end ends the call', async () => {
  const { leaf, node, blocks, asked } = await world();
  const names = async (part: Part, levels: number, width: number): Promise<Part> => {
    let tree = part;
    for (let level = 0; level < levels; level += 1) tree = await node(Array.from({ length: width }, () => tree));
    return tree;
  };
  let bytes = 0;
  const read = async (tree: Part): Promise<void> => {
    bytes = 0;
    const cid = tree.cid.toString() as Cid;
    for await (const each of blocks.readFile(cid, { maxBytes: tree.size })) bytes += each.byteLength;
  };
  // 64 GiB of one MiB, and as many parts of one byte.
  const large = await leaf(new Uint8Array(1 << 20));
  await expect(read(await names(large, 2, 256))).rejects.toMatchObject({
    code: 'IPFS_UNSUPPORTED',
    message: expect.stringContaining('repeats'),
  });
  expect([bytes >> 20, asked.length < 100]).toEqual([72, true]);
  await expect(read(await names(await leaf(part(1).subarray(1)), 2, 1_000))).rejects.toMatchObject({
    code: 'IPFS_UNSUPPORTED',
  });
  // Real files repeat too: as much as that is read.
  await read(await names(large, 1, 72));
  expect(bytes).toBe(72 << 20);
});

it('a path of nodes with more links than any writer makes is not read', async () => {
  const { leaf, node, blocks } = await world();
  const one = await leaf(part(7));
  let tree = await node(Array.from({ length: 40_000 }, () => one));
  for (let level = 0; level < 2; level += 1) tree = await node([tree, ...Array.from({ length: 40_000 }, () => one)]);
  const reading = collectBytes(blocks.readFile(tree.cid.toString() as Cid, { maxBytes: tree.size }));
  await expect(reading).rejects.toMatchObject({ code: 'IPFS_UNSUPPORTED', message: expect.stringContaining('links') });
});

it('a folder is not a file', async () => {
  const { node, getFile } = await world();
  const folder = await node([], new UnixFS({ type: 'directory' }).marshal());
  await expect(getFile(folder)).rejects.toMatchObject({ code: 'IPFS_UNSUPPORTED' });
});

describe('patience', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A file of four parts on a slow line, and what reading it came to. */
  async function slowFile() {
    const { leaf, node, blocks, blockstore } = await world();
    const file = await node(await Promise.all([1, 2, 3, 4].map((value) => leaf(part(value)))));
    const get = blockstore.get.bind(blockstore);
    let line = Promise.resolve();
    let isGone = false;
    blockstore.get = async function* later(cid, options) {
      const before = line;
      line = before.then(() => new Promise((resolve) => setTimeout(resolve, 9_000)));
      await line;
      if (isGone) await new Promise(() => undefined);
      yield* get(cid, options);
    };
    const read = { bytes: 0, code: '' };
    (async () => {
      const parts = blocks.readFile(file.cid.toString() as Cid, { maxBytes: file.size });
      for await (const { byteLength } of parts) read.bytes += byteLength;
    })().catch((error: { code: string }) => {
      read.code = error.code;
    });
    return {
      read,
      leave: () => {
        isGone = true;
      },
    };
  }

  it('is for each part of a file: one that comes slowly comes whole', async () => {
    const { read } = await slowFile();
    await vi.advanceTimersByTimeAsync(54_000);
    expect(read).toEqual({ bytes: 8, code: '' });
  });

  it('ends when the next part does not come', async () => {
    const { read, leave } = await slowFile();
    await vi.advanceTimersByTimeAsync(36_000);
    expect(read).toEqual({ bytes: 4, code: '' });
    leave();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(read).toEqual({ bytes: 4, code: '' });
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toEqual({ bytes: 4, code: 'BLOCK_NOT_FOUND' });
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each([
  new DOMException('The current transaction exceeded its quota limitations.', 'QuotaExceededError'),
  new DOMException('Failed to write blobs (InvalidBlob)', 'DataError'),
  new Error('ENOSPC: no space left on device, write'),
])('a full disk is one error, however it is reported: $message', async (cause) => {
  const { blocks, blockstore } = await world();
  blockstore.put = () => Promise.reject(cause);
  const full = { code: 'STORAGE_FULL' };
  await expect(blocks.put(part(1), 'raw')).rejects.toMatchObject(full);
  await expect(blocks.putFile(part(1))).rejects.toMatchObject(full);
  blockstore.get = () => {
    throw cause;
  };
  const gone = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
  await expect(blocks.get(gone)).rejects.toMatchObject(full);
});

it('refuses what peers could not fetch', async () => {
  const { blocks } = await world();
  await expect(blocks.put(new Uint8Array((2 << 20) + 1), 'raw')).rejects.toMatchObject({
    code: 'BLOCK_UNFETCHABLE',
    facts: { bytes: (2 << 20) + 1, maxBytes: 2 << 20 },
  });
  await expect(blocks.put(new Uint8Array(1), 'dag-json' as 'raw')).rejects.toMatchObject({
    code: 'BLOCK_CODEC_UNKNOWN',
    facts: { codec: 'dag-json' },
  });
  expect(await blocks.put(new Uint8Array(2 << 20), 'raw')).toMatch(/^bafkrei/);
});

describe('one block', () => {
  const gone = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5a' as Cid;
  const never = async function* never(): AsyncGenerator<Uint8Array> {
    await new Promise(() => undefined);
  };

  it('that is here is read from here, and nobody is asked', async () => {
    const { blocks, missing } = await world();
    const [raw, dagCbor] = [await blocks.put(part(1), 'raw'), await blocks.put(part(1), 'dag-cbor')];
    expect([raw.slice(0, 7), dagCbor.slice(0, 7), raw.slice(8)]).toEqual(['bafkrei', 'bafyrei', dagCbor.slice(8)]);
    expect([await blocks.get(raw), await blocks.has(raw), await blocks.has(gone)]).toEqual([part(1), true, false]);
    expect(missing).toEqual([]);
  });

  it('that is not here is asked for, and nobody has it', async () => {
    const { blocks, missing } = await world();
    await expect(blocks.get(gone, { timeoutMilliseconds: 77 })).rejects.toMatchObject({
      code: 'BLOCK_NOT_FOUND',
      facts: { cid: gone, connections: 2, waitedMilliseconds: 77 },
    });
    expect(missing).toEqual([gone]);
  });

  it.each([undefined, 500])('is waited for for so long: %s', async (timeoutMilliseconds) => {
    vi.useFakeTimers();
    try {
      const { blocks, blockstore } = await world();
      blockstore.get = never;
      let code = '';
      void blocks
        .get(gone, timeoutMilliseconds === undefined ? {} : { timeoutMilliseconds })
        .catch((error: { code: string }) => {
          code = error.code;
        });
      await vi.advanceTimersByTimeAsync((timeoutMilliseconds ?? 30_000) - 1);
      expect(code).toBe('');
      await vi.advanceTimersByTimeAsync(1);
      expect([code, vi.getTimerCount()]).toEqual(['BLOCK_NOT_FOUND', 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is waited for no longer by who aborts, before or meanwhile, for the reason that is given', async () => {
    const { blocks, blockstore, missing, leaf } = await world();
    blockstore.get = never;
    const file = (await leaf(part(1))).cid.toString() as Cid;
    await expect(blocks.get(gone, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(missing).toEqual([]);
    const reasons = [new DOMException('', 'AbortError'), Object.assign(new Error('late'), { code: 'LATE' })];
    for (const reason of reasons) {
      const abort = new AbortController();
      const waiting = [
        blocks.get(gone, { signal: abort.signal }),
        collectBytes(blocks.readFile(file, { maxBytes: 2, signal: abort.signal })),
      ];
      await new Promise((resolve) => setTimeout(resolve));
      abort.abort(reason);
      for (const each of waiting)
        await expect(each).rejects.toMatchObject({ code: reason === reasons[0] ? 'ABORTED' : 'UNEXPECTED' });
    }
    await expect(
      collectBytes(blocks.readFile(file, { maxBytes: 2, signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(blocks.put(part(1), 'raw', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('has a name, or is refused with what was given', async () => {
    const { blocks } = await world();
    const long = 'x'.repeat(150) as Cid;
    const refused = { code: 'CID_INVALID', facts: { value: 'x'.repeat(100) } };
    await expect(blocks.get(long)).rejects.toMatchObject(refused);
    await expect(blocks.has(long)).rejects.toMatchObject(refused);
    await expect(collectBytes(blocks.readFile(long, { maxBytes: 1 }))).rejects.toMatchObject(refused);
  });

  it('that cannot be stored for another reason says that reason', async () => {
    const { blocks, blockstore } = await world();
    blockstore.put = () => Promise.reject(new Error('odd'));
    await expect(blocks.put(part(1), 'raw')).rejects.toMatchObject({ code: 'UNEXPECTED', message: 'Error: odd' });
    await expect(blocks.putFile(part(1))).rejects.toMatchObject({ code: 'UNEXPECTED' });
    const signal = AbortSignal.abort();
    await expect(blocks.putFile(part(1), { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

it('a file tells what it fetches, and asks for its author where it does not begin here', async () => {
  const { leaf, node, blocks, missing } = await world();
  const [one, two] = [await leaf(part(1)), await leaf(Uint8Array.of(2, 2, 2))];
  const file = await node([one, two]);
  const fetched: [string, number][] = [];
  const options = { maxBytes: 5, onFetched: (cid: Cid, bytes: number) => void fetched.push([cid, bytes]) };
  await collectBytes(blocks.readFile(file.cid.toString() as Cid, options));
  const sizes = new Map(fetched);
  expect([sizes.size, sizes.get(one.cid.toString()), sizes.get(two.cid.toString()), missing]).toEqual([3, 2, 3, []]);
  await expect(collectBytes(blocks.readFile(file.cid.toString() as Cid, { maxBytes: 4 }))).rejects.toMatchObject({
    code: 'FILE_TOO_LARGE',
    facts: { cid: file.cid.toString(), maxBytes: 4 },
  });
  const gone = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5a' as Cid;
  await expect(collectBytes(blocks.readFile(gone, { maxBytes: 1 }))).rejects.toMatchObject({ code: 'BLOCK_NOT_FOUND' });
  expect(missing).toEqual([gone]);
});
