// What peers send: messages and frames, heads, blocks of files.
import { encode as encodeNode, prepare } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { cidOf } from '../../../src/datanet/cids.ts';
import { sha256 } from '../../../src/lib/hash.ts';
import { type Cid, cid } from '../../../src/lib/units.ts';
import { listUnixfs, openUnixfsBlob } from '../../../src/models/ipfs/openUnixfs.ts';
import { answerAnnouncement, askToKeep } from '../../../src/peers/announceExchange.ts';
import type { FrameStream } from '../../../src/peers/frames.ts';
import { type ClosableStream, pullHeads } from '../../../src/peers/headsExchange.ts';
import {
  decodeAnnouncement,
  decodeHead,
  decodeHeadsRequest,
  encodeAnnouncement,
  encodeAnswer,
  encodeHead,
  encodeHeadsPage,
  encodeHeadsRequest,
} from '../../../src/peers/protocol.ts';
import type { Announcement, Head } from '../../../src/peers/types.ts';
import { isWitnessTrue } from '../../../src/peers/witness.ts';
import type { Decoder, Structure } from './decoder.ts';
import { cbor, utf8 } from './structures.ts';

const name: Cid = cid('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy');
const relay = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN';
const announcement: Announcement = { kind: 'contribution', scope: 'elements', cid: name };
const witness = { cid: name, relay, sequence: 3, time: 1_700_000_000_000, signature: new Uint8Array(64).fill(7) };
const heads: Head[] = [
  { ...announcement, provider: relay },
  { ...announcement, kind: 'voucher', scope: '', provider: relay, witnesses: [witness] },
];

/** What a peer sends on a stream, in chunks of an odd size, and then no more. */
function streamOf(bytes: Uint8Array): ClosableStream {
  const stream: FrameStream = {
    send: () => true,
    onDrain: async () => undefined,
    abort: () => undefined,
    async *[Symbol.asyncIterator]() {
      const step = Math.max(7, Math.ceil(bytes.byteLength / 20));
      for (let at = 0; at < bytes.byteLength; at += step) {
        const chunk = bytes.subarray(at, at + step);
        yield { subarray: () => chunk };
      }
    },
  };
  return { ...stream, close: async () => undefined };
}

const frame = (bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(4 + bytes.byteLength);
  new DataView(whole.buffer).setUint32(0, bytes.byteLength);
  whole.set(bytes, 4);
  return whole;
};
/** A dag-cbor value in one frame. */
const framed: Structure = {
  parse: (bytes) => cbor.parse(bytes.subarray(4)),
  write: async (value, example) => frame(await cbor.write(value, example)),
};

const cidOfNode = (bytes: Uint8Array): CID => {
  const digest = sha256(bytes);
  return CID.decode(Uint8Array.from([1, 0x70, 0x12, 32, ...digest]));
};
const leaf = utf8('0123456789');
const leafCid = CID.decode(Uint8Array.from([1, 0x55, 0x12, 32, ...sha256(leaf)]));
const rawFile = encodeNode(prepare({ Data: new UnixFS({ type: 'file', data: leaf }).marshal(), Links: [] }));
const tree = encodeNode(
  prepare({
    Data: new UnixFS({ type: 'file', blockSizes: [10n, 10n] }).marshal(),
    Links: [
      { Hash: leafCid, Name: '', Tsize: 10 },
      { Hash: cidOfNode(rawFile), Name: '', Tsize: 10 },
    ],
  }),
);
const folder = encodeNode(
  prepare({
    Data: new UnixFS({ type: 'directory' }).marshal(),
    Links: [
      { Hash: leafCid, Name: 'config.json', Tsize: 10 },
      { Hash: cidOfNode(tree), Name: 'model.safetensors', Tsize: 20 },
    ],
  }),
);
const blocks = new Map([
  [leafCid.toString(), leaf],
  [cidOfNode(rawFile).toString(), rawFile],
  [cidOfNode(tree).toString(), tree],
]);

export const decoders: readonly Decoder[] = [
  {
    name: 'peers/announcement',
    structure: cbor,
    examples: async () => [encodeAnnouncement(announcement), encodeAnnouncement({ ...announcement, kind: 'adapter' })],
    decode: decodeAnnouncement,
  },
  {
    name: 'peers/announce-request',
    share: 0.3,
    structure: framed,
    examples: async () => [frame(encodeAnnouncement(announcement))],
    decode: (bytes) =>
      answerAnnouncement(streamOf(bytes), relay, async () => ({ verdict: { outcome: 'kept' }, witnesses: [] })),
  },
  {
    name: 'peers/announce-answer',
    structure: framed,
    examples: async () => [
      frame(encodeAnswer({ verdict: { outcome: 'kept' }, witnesses: [witness] })),
      frame(
        encodeAnswer({
          verdict: {
            outcome: 'refused',
            code: 'QUOTA_EXCEEDED',
            message: 'Full.',
            facts: { bytes: 1 },
            retryAfterSeconds: 9,
          },
          witnesses: [],
        }),
      ),
    ],
    decode: (bytes) => askToKeep(async () => streamOf(bytes), announcement),
  },
  {
    name: 'peers/heads-request',
    structure: cbor,
    examples: async () => [encodeHeadsRequest({ epoch: 'abc', after: 5 })],
    decode: decodeHeadsRequest,
  },
  {
    name: 'peers/heads-page',
    structure: framed,
    examples: async () => [frame(encodeHeadsPage({ epoch: 'abc', heads, last: 9, more: true }))],
    async decode(bytes) {
      // A peer that says "more" is asked again, and sends the same.
      let left = 3;
      for await (const page of pullHeads(async () => streamOf(bytes), { epoch: '', after: 0 })) {
        for (const { witnesses = [] } of page.heads) for (const each of witnesses) await isWitnessTrue(each);
        left -= 1;
        if (left === 0) break;
      }
    },
  },
  {
    name: 'peers/head',
    structure: cbor,
    examples: async () => heads.map((head, index) => encodeHead(head, index === 0 ? '' : '192.0.2.7')),
    decode: decodeHead,
  },
  {
    name: 'peers/unixfs',
    share: 0.5,
    examples: async () => [tree, folder, rawFile],
    async decode(bytes) {
      const root = cidOfNode(bytes);
      const known = new Map(blocks).set(root.toString(), bytes);
      const getBlock = async (key: string): Promise<Uint8Array> => known.get(key) ?? new Uint8Array();
      for (const file of await listUnixfs(root.toString(), getBlock)) {
        const blob = openUnixfsBlob({ cid: file.cid, bytes: file.bytes, getBlock });
        await blob.slice(0, Math.min(file.bytes, 64)).arrayBuffer();
      }
    },
  },
  {
    name: 'peers/cid',
    share: 0.3,
    examples: async () => [utf8(name), utf8(await cidOf(leaf, 'dag-cbor')), utf8(cidOfNode(tree).toString())],
    decode: async (bytes) => listUnixfs(new TextDecoder().decode(bytes), async () => leaf),
  },
];
