// SIGKILL of a relay at random moments, and again on the same disk: what it answered "kept" to is listed and served without its author,
// what is charged is what is on the disk, and nothing half-written is left.
import { opendir } from 'node:fs/promises';
import path from 'node:path';
import type { Part } from '../partsSuite.ts';
import { startRelayProcess } from './relayProcess.ts';
import { announceAtRandom, type Contribution, freePort, inWorld, keptOf, notServed, pause } from './world.ts';

/** Files below `folder` whose name matches. */
async function filesBelow(folder: string, matches: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of await opendir(folder, { recursive: true }))
    if (entry.isFile() && matches.test(entry.name)) found.push(path.join(entry.parentPath, entry.name));
  return found;
}

export const killedRelay: Part = {
  name: 'relay',
  runs: 12,
  attempt: (random) =>
    inWorld(async (world) => {
      const webSocketPort = await freePort();
      const dataDirectory = await world.folder();
      let relay = await startRelayProcess({ dataDirectory, webSocketPort });
      world.cleanup(() => relay.kill());
      const at = await world.folder();
      const made: Contribution[] = [];
      for (let kills = 1 + random.below(3); kills > 0; kills -= 1) {
        const author = await world.peer(relay.addresses, at);
        let ended = false;
        const announcing = announceAtRandom(
          () => author,
          random,
          30,
          () => ended,
        );
        await pause(300 + random.below(2_500));
        await relay.kill();
        ended = true;
        made.push(...(await announcing));
        const answered = keptOf(author, relay.id);
        // Before it may announce what the relay has lost.
        await author.stop();
        relay = await startRelayProcess({ dataDirectory, webSocketPort });
        const kept = made.filter(({ cid }) => answered.has(cid));
        const fault = await notServed(world, relay.addresses, kept);
        if (fault !== undefined) return fault;
        const { status } = await relay.status();
        if (status.heads !== status.pins.roots)
          return `The relay lists ${status.heads} and stores ${status.pins.roots} after a kill.`;
        const left = await filesBelow(dataDirectory, /\.(?:new|tmp)$/);
        if (left.length > 0) return `A kill left ${left.join(', ')}.`;
        const blocks = await filesBelow(path.join(dataDirectory, 'blocks'), /./);
        // A header and a shard each.
        if (blocks.length !== 2 * status.pins.roots)
          return `${blocks.length} blocks lie on the disk for ${status.pins.roots} contributions.`;
      }
      return undefined;
    }),
};
