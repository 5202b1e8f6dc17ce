// Peers at one network address do what costs a relay most: endless authors and identities, sockets that stay silent, documents that state
// what does not exist, files that name one block without end, replays of what others announced. What an honest contributor
// at another address announces is kept all the same, before and during the attack, and memory and room stay bounded.
import { connect, createServer, type Socket } from 'node:net';
import { encode } from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import type { RelayStatus } from '../../../nodes/relay/startRelay.ts';
import { cidOf } from '../../../src/datanet/cids.ts';
import { publishAdapter } from '../../../src/datanet/index.ts';
import { hexToBytes } from '../../../src/lib/bytes.ts';
import type { NodePeers } from '../../../src/peers/node.ts';
import { createTestSigner } from '../../support/datanet.ts';
import type { Random } from '../decoders/random.ts';
import type { Part } from '../partsSuite.ts';
import { type RelayProcess, startRelayProcess } from './relayProcess.ts';
import { type Contribution, cameAbout, contribute, freePort, inWorld, notServed, pause, type World } from './world.ts';

/** A second loopback address, which Linux has without more. */
const HOSTILE_ADDRESS = '127.0.0.2';
const MEBIBYTE = 1 << 20;
const [BYTES_IN_TOTAL, BYTES_PER_ADDRESS] = [3 * MEBIBYTE, 1.5 * MEBIBYTE];
/** Few, so that heads push each other out; or so many that room ends first. */
const MAX_CONTRIBUTIONS = [12, 1_000];
/** Rows of a contribution of which five fill the share of an address, and ten the relay. */
const SPAM_ROWS = 6_000;
/** As large as what floods: an honest one finds no room between two pieces of the flood, but in a place of its own. */
const HONEST_ROWS = 4_000;
const MAX_RECEIPTS = 12;
/** Over what the relay has after its start, on top of what checking honest rows takes. */
const MAX_GROWTH_BYTES = 320 * MEBIBYTE;
/** So large that the relay would be over its bound if it held the file, of which one MiB arrives. */
const REPEATED_BYTES = 192 * MEBIBYTE;
const SILENT_SOCKETS = 80;

interface Hostile {
  readonly world: World;
  readonly random: Random;
  /** Of the relay, as seen from the hostile address. */
  readonly relays: readonly string[];
  readonly port: number;
  /** What honest peers announced so far. */
  readonly honest: readonly Contribution[];
  readonly ended: () => boolean;
}

type Attack = (hostile: Hostile, peers: NodePeers) => Promise<void>;

const attacks: readonly Attack[] = [
  async function endlessAuthors({ random, ended }, peers) {
    while (!ended()) {
      const { cid } = await contribute(peers, 1_000 + random.below(1e9), `spam ${random.below(1e9)}`, SPAM_ROWS);
      await peers.announce({ kind: 'contribution', scope: 'facts', cid });
    }
  },
  async function endlessPeers({ world, random, relays, ended }) {
    while (!ended()) {
      const peers = await world.peer(relays);
      const { cid } = await contribute(peers, 1_000 + random.below(1e9), `spam ${random.below(1e9)}`, 1);
      const receipt = await peers.blocks.put(encode({ paid: random.below(1e9) }), 'dag-cbor');
      await Promise.all([
        peers.announce({ kind: 'contribution', scope: 'facts', cid }),
        peers.announce({ kind: 'receipt', scope: '', cid: receipt }),
      ]);
      await peers.stop();
    }
  },
  async function silentSockets({ port, ended }) {
    const open = new Set<Socket>();
    while (!ended()) {
      while (open.size < SILENT_SOCKETS) {
        const socket = connect({ port, host: '127.0.0.1' }).resume();
        open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => open.delete(socket));
        if (open.size % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: r\r\nUpgrade: websocket\r\n');
      }
      await pause(100);
    }
    for (const socket of open) socket.destroy();
  },
  async function lyingHeaders({ random, ended }, peers) {
    while (!ended()) {
      const signer = createTestSigner(1_000 + random.below(1e9));
      const rows = await Promise.all([0, 1, 2].map((part) => cidOf(encode([random.below(1e9), part]), 'raw')));
      const body = {
        v: 1,
        type: 'contribution',
        datanet: 'facts',
        author: `eip155:1:${signer.address.toLowerCase()}`,
        parents: [],
        seq: 1,
        rows: rows.map((row) => CID.parse(row)),
        count: 1_000_000,
        bytes: MEBIBYTE,
        rowsRoot: new Uint8Array(32),
        schema: 'prompt-response/1',
        license: 'MIT',
        ts: 1,
      };
      const sig = hexToBytes(await signer.signMessage(Uint8Array.from(encode(body))));
      const cid = await peers.blocks.put(encode({ ...body, sig }), 'dag-cbor');
      await peers.announce({ kind: 'contribution', scope: 'facts', cid });
    }
  },
  async function repeatedBlocks({ random, ended }, peers) {
    const { cid } = await publishAdapter({
      name: 'zeros',
      licence: 'MIT',
      base: { name: 'seedling', sha256: '00'.repeat(32) },
      config: {},
      weights: new Uint8Array(REPEATED_BYTES),
      index: null,
      datanets: [],
      contributions: [],
      training: {},
      signer: createTestSigner(1_000 + random.below(1e9)),
      blocks: peers.blocks,
      files: peers.blocks,
      timestamp: 1,
    });
    while (!ended()) await peers.announce({ kind: 'adapter', scope: String(random.below(1e9)), cid });
  },
  async function replays({ random, honest, ended }, peers) {
    while (!ended()) {
      await pause(20);
      if (honest.length === 0) continue;
      const { cid } = random.pick(honest);
      const kind = random.pick(['contribution', 'adapter', 'receipt', 'voucher', 'ledger'] as const);
      const scope = random.pick(['facts', 'elsewhere', String(random.below(1e9))]);
      await peers.announce({ kind, scope, cid });
    }
  },
];

/** Opens connections to the relay from the hostile address. Resolves to its port. */
async function hostileDoor(world: World, relayPort: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((inward) => {
    const outward = connect({ port: relayPort, host: '127.0.0.1', localAddress: HOSTILE_ADDRESS });
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  world.cleanup(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { readonly port: number }).port;
}

interface Judging {
  readonly world: World;
  readonly relay: RelayProcess;
  readonly author: NodePeers;
  readonly announce: () => Promise<void>;
  readonly honest: readonly Contribution[];
  /** Whether the attack has come to what bounds it. */
  readonly isFull: (status: RelayStatus) => boolean;
}

/** What is wrong while the attack goes on. */
async function judge({ world, relay, author, announce, honest, isFull }: Judging): Promise<string | undefined> {
  const base = (await relay.status()).peakBytes;
  if (!(await cameAbout(async () => isFull((await relay.status()).status))))
    return 'The attack did not fill its place.';
  for (let count = 0; count < 4; count += 1) {
    await pause(1_000);
    await announce();
  }
  if (!(await cameAbout(() => author.pending().length === 0)))
    return `What an honest author announced is not kept: ${JSON.stringify(author.deliveries())}`;
  const { status, peakBytes } = await relay.status();
  if (status.pins.bytes > BYTES_PER_ADDRESS + MEBIBYTE) return `One address has filled ${status.pins.bytes} bytes.`;
  if (peakBytes - base > MAX_GROWTH_BYTES) return `The relay grew by ${(peakBytes - base) >> 20} MiB.`;
  return await notServed(world, relay.addresses, honest);
}

export const hostilePeers: Part = {
  name: 'hostile-peers',
  runs: 6,
  attempt: (random) =>
    inWorld(async (world) => {
      const webSocketPort = await freePort();
      const maxContributions = random.pick(MAX_CONTRIBUTIONS);
      const relay = await startRelayProcess({
        dataDirectory: await world.folder(),
        webSocketPort,
        bytesInTotal: BYTES_IN_TOTAL,
        bytesPerAddress: BYTES_PER_ADDRESS,
        maxHeads: { contribution: maxContributions, receipt: MAX_RECEIPTS },
      });
      world.cleanup(() => relay.kill());
      const port = await hostileDoor(world, webSocketPort);
      const relays = relay.addresses.map((address) => address.replace(`/tcp/${webSocketPort}/`, `/tcp/${port}/`));
      const author = await world.peer(relay.addresses);
      if (!(await cameAbout(() => author.state() === 'online'))) return 'The author does not reach the relay.';
      const honest: Contribution[] = [];
      const announce = async (): Promise<void> => {
        honest.push(await contribute(author, 1 + honest.length, `honest ${honest.length}`, HONEST_ROWS));
        await author.announce({ kind: 'contribution', scope: 'facts', cid: (honest.at(-1) as Contribution).cid });
      };
      await announce();
      let ended = false;
      const hostile: Hostile = { world, random, relays, port, honest, ended: () => ended };
      const running = attacks.map(async (attack) => {
        const peers = await world.peer(relays);
        await cameAbout(() => peers.state() === 'online' || ended);
        await attack(hostile, peers);
      });
      const few = maxContributions < 100;
      const isFull: Judging['isFull'] = ({ heads, pins }) =>
        few ? heads >= maxContributions + MAX_RECEIPTS : pins.bytes > 0.7 * BYTES_PER_ADDRESS;
      const [judged] = await Promise.allSettled([judge({ world, relay, author, announce, honest, isFull })]);
      ended = true;
      const stopped = await Promise.allSettled(running);
      if (!relay.isAlive()) return 'The relay is gone.';
      if (judged.status === 'rejected') throw judged.reason;
      if (judged.value !== undefined) return judged.value;
      // An attack that did not take place proves nothing.
      for (const attack of stopped) if (attack.status === 'rejected') throw attack.reason;
      return undefined;
    }),
};
