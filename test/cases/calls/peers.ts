// Strangers on the network: what they announce, sign and send, over real relays, peers and sockets on loopback.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode } from '@ipld/dag-cbor';
import { startRelay } from '../../../nodes/relay/startRelay.ts';
import { cidOf } from '../../../src/datanet/cids.ts';
import { type Contribution, publishContribution, type Row } from '../../../src/datanet/index.ts';
import type { Json } from '../../../src/lib/canonicalJson.ts';
import type { Cid } from '../../../src/lib/units.ts';
import { gatewayBlocks } from '../../../src/models/ipfs/blockSource.ts';
import { openHeadsLog } from '../../../src/peers/headsLog.ts';
import { type NodePeers, openFileState, startNodePeers } from '../../../src/peers/node.ts';
import type { AnnouncementKind } from '../../../src/peers/types.ts';
import { verifyMessage } from '../../../src/settlement/index.ts';
import { readAnnouncedHeader } from '../../../src/workflows/rows/receiveContribution.ts';
import { collectSourceRows } from '../../../src/workflows/rows/sourceRows.ts';
import { createMemoryStore, createTestSigner } from '../../support/datanet.ts';
import type { Call, CallContext } from './call.ts';

type OnEnd = CallContext['onEnd'];

async function folder(onEnd: OnEnd): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'tributary-case-'));
  onEnd(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function relay(onEnd: OnEnd, parameters: Parameters<typeof startRelay>[0] = {}) {
  const ports = { webSocketPort: 0, webRtcPort: 0, statusPort: 0 };
  const started = await startRelay({ ...ports, ...parameters, dataDirectory: await folder(onEnd) });
  onEnd(() => started.stop());
  const addresses = started.multiaddrs.filter((address) => address.includes('/ws/'));
  return { ...started, addresses, port: Number(/\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1]) };
}

async function peer(onEnd: OnEnd, relays: readonly string[]): Promise<NodePeers> {
  const peers = await startNodePeers({ folder: await folder(onEnd), relays });
  onEnd(() => peers.stop());
  while (peers.state() !== 'online') {
    await new Promise<void>((resolve) => {
      const end = peers.onChange(() => {
        end();
        resolve();
      });
    });
  }
  return peers;
}

const rowsOf = (count: number, width = 10): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    prompt: `question ${index}?`,
    response: `${'x'.repeat(width)}${index}`,
  }));

function zeroOne(sig: Uint8Array): Uint8Array {
  return Uint8Array.from(sig, (byte, index) => (index === 64 ? byte - 27 : byte));
}

function highS(sig: Uint8Array): Uint8Array {
  const order = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
  const s = order - BigInt(`0x${Buffer.from(sig.slice(32, 64)).toString('hex')}`);
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
  return Uint8Array.from([...sig.slice(0, 32), ...bytes, 55 - (sig[64] as number)]);
}

/** A signature and those that anyone can write beside it. */
const forms: Readonly<Record<string, (sig: Uint8Array) => Uint8Array>> = {
  asSigned: (sig) => sig,
  zeroOne,
  highS,
  highSZeroOne: (sig) => zeroOne(highS(sig)),
};

interface Claimed {
  readonly by: string;
  readonly ts: number;
  /** Places of earlier ones in the list. */
  readonly parents?: readonly number[];
  /** Time at which a trusted relay witnessed it. */
  readonly witnessed?: number;
  /** Place on the chain. */
  readonly registered?: number;
}

export const calls: Readonly<Record<string, Call>> = {
  /** `{ contributions: [{ by, ts, parents?, witnessed?, registered? }] }`, all of the same row. Gives `{ owner }`, the `by` of who is paid for it. */
  owner: async (input) => {
    const { contributions } = input as unknown as { contributions: readonly Claimed[] };
    const store = createMemoryStore();
    const names = [...new Set(contributions.map(({ by }) => by))];
    const signerOf = (by: string) => createTestSigner(names.indexOf(by) + 1);
    const made: Contribution[] = [];
    for (const { by, ts, parents = [] } of contributions) {
      const { cid, header } = await publishContribution({
        datanetId: 'net',
        rows: rowsOf(1),
        licence: 'CC0-1.0',
        signer: signerOf(by),
        blocks: store,
        timestamp: ts,
        parents: parents.map((place) => (made[place] as Contribution).cid),
      });
      made.push({ cid, header });
    }
    const evidence = new Map(
      contributions.map(({ witnessed, registered }, place) => [
        made[place]?.cid as string,
        {
          ...(witnessed === undefined ? {} : { witnesses: [{ relay: 'relay', time: witnessed }] }),
          ...(registered === undefined ? {} : { chain: { time: 1, index: registered } }),
        },
      ]),
    );
    const ports = {
      sampleFiles: () => undefined,
      fetchText: async () => '',
      contributionReader: async () => ({ blocks: store, verify: verifyMessage }),
      evidenceOf: async () => evidence,
    };
    const owners = new Set<string>();
    for (const order of [made, made.toReversed()]) {
      const { rows } = await collectSourceRows(
        order.map(({ cid }) => ({ datanetId: 'net', source: cid })),
        { ports },
      );
      for (const { account } of rows)
        owners.add(names.find((by) => signerOf(by).address.toLowerCase() === account) ?? account);
    }
    return { owner: [...owners].join(' or ') };
  },

  /** `{ signature }`, a key of `forms`: reads a contribution whose signature was changed in this way. Gives `{ rows }`. */
  readSigned: async (input) => {
    const { signature } = input as { signature: string };
    const store = createMemoryStore();
    const { cid } = await publishContribution({
      datanetId: 'net',
      rows: rowsOf(2),
      licence: 'CC0-1.0',
      signer: createTestSigner(1),
      blocks: store,
      timestamp: 1,
    });
    const header = decode<Record<string, unknown> & { sig: Uint8Array }>(await store.get(cid));
    const change = forms[signature];
    if (change === undefined) throw new Error(`No form of a signature is called ${signature}`);
    const changed = await store.put(encode({ ...header, sig: change(header.sig) }), 'dag-cbor');
    const { count } = await readAnnouncedHeader({
      announcement: { cid: changed, scope: 'net' },
      blocks: store,
      verify: verifyMessage,
    });
    return { rows: count };
  },

  /**
   * `{ rows, width?, nobodyHas?, bytesPerAuthor?, bytesInTotal? }`: another peer announces `nobodyHas` identifiers of nothing, then an
   * author announces rows. Gives what the author is told, and what was given up before.
   */
  announce: async (input, { onEnd }) => {
    const { rows, width, nobodyHas = 0, bytesPerAuthor, bytesInTotal } = input as Record<string, number | undefined>;
    const before: string[] = [];
    const { addresses } = await relay(onEnd, {
      ...(bytesPerAuthor === undefined ? {} : { bytesPerOwner: bytesPerAuthor }),
      ...(bytesInTotal === undefined ? {} : { bytesInTotal }),
      onEvent: (event) => event.kind !== 'pinned' && before.push(event.code),
    });
    if (nobodyHas > 0) {
      const bad = await peer(onEnd, addresses);
      for (let index = 0; index < nobodyHas; index += 1) {
        const cid = await cidOf(new TextEncoder().encode(`nobody ${index}`), 'dag-cbor');
        void bad.announce({ kind: 'contribution', scope: 'net', cid });
      }
      while (bad.pending().length < nobodyHas) await new Promise((resolve) => void setImmediate(resolve));
    }
    const author = await peer(onEnd, addresses);
    const { cid } = await publishContribution({
      datanetId: 'net',
      rows: rowsOf(rows ?? 1, width),
      licence: 'CC0-1.0',
      signer: createTestSigner(1),
      blocks: author.blocks,
      timestamp: 1,
    });
    const announced = await author.announce({ kind: 'contribution', scope: 'net', cid });
    const [answer] = author.deliveries().find((delivery) => delivery.announcement.cid === cid)?.answers ?? [];
    return {
      announced,
      waiting: author.pending().length,
      outcome: answer?.outcome ?? null,
      code: answer?.code ?? null,
      givenUpBefore: before.filter((code) => code === 'BLOCK_NOT_FOUND').length,
    };
  },

  /** `{ count, mode }`: so many sockets say nothing (`tcp`), or stop after the WebSocket upgrade (`ws`), before a peer comes. Gives its state. */
  silentSockets: async (input, { onEnd }) => {
    const { count, mode } = input as { count: number; mode: 'tcp' | 'ws' };
    const { addresses, port } = await relay(onEnd);
    for (let index = 0; index < count; index += 1) {
      const socket = connect(port, '127.0.0.1').resume();
      socket.on('error', () => undefined);
      onEnd(() => socket.destroy());
      if (mode === 'ws') {
        socket.on('connect', () =>
          socket.write(
            'GET / HTTP/1.1\r\nHost: r\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
              'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
          ),
        );
      }
    }
    return { newcomer: (await peer(onEnd, addresses)).state() };
  },

  /** `{ maxHeads, announcers, kind, count }`: after one contribution, so many heads of a kind. Gives whether it is still listed, and how many heads are. */
  floodHeads: async (input, { onEnd }) => {
    const { maxHeads, announcers, kind, count } = input as {
      maxHeads: Partial<Record<AnnouncementKind, number>>;
      announcers: number;
      kind: AnnouncementKind;
      count: number;
    };
    const state = await openFileState(await folder(onEnd));
    onEnd(() => state.close());
    const log = await openHeadsLog({ state, maxHeads });
    const named = (letter: number): string => `12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iD${letter + 11}`;
    const honest = {
      kind: 'contribution' as const,
      scope: 'net',
      cid: (await cidOf(new Uint8Array(1), 'dag-cbor')) as Cid,
    };
    await log.add({ ...honest, provider: named(80) });
    for (let index = 0; index < count; index += 1) {
      const cid = await cidOf(new TextEncoder().encode(`flood ${index}`), 'dag-cbor');
      await log.add({ kind, scope: 'net', cid, provider: named(index % announcers) });
    }
    return { listed: log.has(honest), heads: log.all().length };
  },

  /** `{ records }`: a folder of state with so many records, opened again. Gives how many are read. */
  readState: async (input, { onEnd }) => {
    const { records } = input as { records: number };
    const at = await folder(onEnd);
    const first = await openFileState(at);
    for (let from = 0; from < records; from += 500) {
      const many = Array.from({ length: Math.min(500, records - from) }, (_, index) => `head/${from + index}`);
      await Promise.all(many.map((key) => first.put(key, new Uint8Array(200))));
    }
    await first.close();
    const again = await openFileState(at);
    onEnd(() => again.close());
    return { read: (await again.entries()).length };
  },

  /** `{ mebibytes }`: a gateway answers with so many for one block. Gives how many bytes were read. */
  fetchBlock: async (input, { onEnd }) => {
    const { mebibytes } = input as { mebibytes: number };
    const server = createServer((_, response) => {
      let left = mebibytes;
      response.on('error', () => undefined);
      const send = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= 1;
          if (!response.write(Buffer.alloc(1 << 20))) {
            response.once('drain', send);
            return;
          }
        }
        response.end();
      };
      send();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onEnd(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const cid = await cidOf(new Uint8Array(1), 'raw');
    return { bytes: (await gatewayBlocks(`http://127.0.0.1:${port}`)(cid, undefined)).byteLength } as Json;
  },
};
