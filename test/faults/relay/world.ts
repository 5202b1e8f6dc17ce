// What the parts about relays have in common: folders, peers of Node, contributions, and what a relay must serve.
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publishContribution, type Row, readContribution } from '../../../src/datanet/index.ts';
import type { Cid } from '../../../src/lib/units.ts';
import { type NodePeers, startNodePeers } from '../../../src/peers/node.ts';
import { createTestSigner, verify } from '../../support/datanet.ts';
import type { Random } from '../decoders/random.ts';

/** An honest announcement is kept within it, on a machine that does much else: each pause of asking again is far below. */
const PATIENCE_MILLISECONDS = 180_000;
/** Bytes that a relay says it has. */
const SERVED_MILLISECONDS = 20_000;

export interface World {
  folder(): Promise<string>;
  peer(relays: readonly string[], at?: string): Promise<NodePeers>;
  /** Ended with the attempt, the last one first. */
  cleanup(end: () => unknown): void;
}

/** Runs `work`, and ends what it began. */
export async function inWorld<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
  const ends: (() => unknown)[] = [];
  const world: World = {
    async folder() {
      const made = await mkdtemp(path.join(tmpdir(), 'tributary-faults-'));
      ends.push(() => rm(made, { recursive: true, force: true }));
      return made;
    },
    async peer(relays, at) {
      const started = await startNodePeers({ folder: at ?? (await world.folder()), relays });
      let ended: Promise<void> | undefined;
      const stop = (): Promise<void> => (ended ??= started.stop());
      ends.push(stop);
      return { ...started, stop };
    },
    cleanup: (end) => void ends.push(end),
  };
  try {
    return await work(world);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves to whether `isSo` came about. */
export async function cameAbout(
  isSo: () => boolean | Promise<boolean>,
  patience = PATIENCE_MILLISECONDS,
): Promise<boolean> {
  const end = Date.now() + patience;
  while (!(await isSo())) {
    if (Date.now() > end) return false;
    await pause(50);
  }
  return true;
}

export interface Contribution {
  readonly cid: Cid;
  readonly rows: readonly Row[];
}

/** Publishes rows of the author `by` in `peers`, and announces nothing. */
export async function contribute(peers: NodePeers, by: number, name: string, count = 20): Promise<Contribution> {
  const rows = Array.from({ length: count }, (_, index) => ({
    prompt: `${name} ${index}?`,
    response: `answer ${index}`,
  }));
  const { cid } = await publishContribution({
    datanetId: 'facts',
    rows,
    licence: 'CC0-1.0',
    signer: createTestSigner(by),
    blocks: peers.blocks,
    timestamp: 1,
  });
  return { cid, rows };
}

/** What a newcomer does not get from the relay at `addresses` alone: undefined when it gets all. */
export async function notServed(
  world: World,
  addresses: readonly string[],
  contributions: readonly Contribution[],
): Promise<string | undefined> {
  const newcomer = await world.peer(addresses);
  try {
    if (!(await cameAbout(() => newcomer.state() === 'online'))) return 'A newcomer does not reach the relay.';
    for (const { cid, rows } of contributions) {
      if (!(await cameAbout(() => newcomer.heads().some((head) => head.cid === cid), SERVED_MILLISECONDS)))
        return `The relay does not list ${cid}, which it had answered "kept" to.`;
      const signal = AbortSignal.timeout(SERVED_MILLISECONDS);
      const read = await readContribution({ cid, blocks: newcomer.blocks, verify, signal }).catch(String);
      if (typeof read === 'string') return `The relay does not serve ${cid}, which it had answered "kept" to: ${read}`;
      if (JSON.stringify(read.rows) !== JSON.stringify(rows)) return `The relay serves other rows of ${cid}.`;
    }
    return undefined;
  } finally {
    await newcomer.stop();
  }
}

/** CIDs that a relay has answered "kept" to. */
export function keptOf(peers: NodePeers, relay: string): ReadonlySet<Cid> {
  return new Set(
    peers
      .deliveries()
      .filter(({ answers }) => answers.some((answer) => answer.relay === relay && answer.outcome === 'kept'))
      .map(({ announcement }) => announcement.cid),
  );
}

/** Announces contributions at random moments, until it is told to end; resolves to all of them. */
export function announceAtRandom(peers: () => NodePeers, random: Random, count: number, ended: () => boolean) {
  return (async () => {
    const made: Contribution[] = [];
    for (let index = 0; index < count && !ended(); index += 1) {
      await pause(random.below(400));
      const contribution = await contribute(
        peers(),
        1 + random.below(3),
        `of ${random.below(1e9)}`,
        1 + random.below(60),
      );
      made.push(contribution);
      // Not awaited: it waits in the queue while no relay is there, and the node may be stopped meanwhile.
      peers()
        .announce({ kind: 'contribution', scope: 'facts', cid: contribution.cid })
        .catch(() => undefined);
    }
    return made;
  })();
}
