// A relay is stopped or killed and replaced by one with an empty disk, as another (a new identity, which its peers are told of) or
// as the same one (its key was saved). What an honest contributor has announced is kept by the last one in the end.
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Part } from '../partsSuite.ts';
import { startRelayProcess } from './relayProcess.ts';
import { announceAtRandom, type Contribution, cameAbout, freePort, inWorld, notServed, pause } from './world.ts';

export const replaced: Part = {
  name: 'replaced',
  runs: 12,
  attempt: (random) =>
    inWorld(async (world) => {
      const webSocketPort = await freePort();
      let data = await world.folder();
      let relay = await startRelayProcess({ dataDirectory: data, webSocketPort });
      world.cleanup(() => relay.kill());
      const at = await world.folder();
      let author = await world.peer(relay.addresses, at);
      const made: Contribution[] = [];
      for (let replacements = 1 + random.below(3); replacements > 0; replacements -= 1) {
        let ended = false;
        const announcing = announceAtRandom(
          () => author,
          random,
          1 + random.below(5),
          () => ended,
        );
        await pause(random.below(1_500));
        if (random.chance(0.5)) await relay.stop();
        else await relay.kill();
        const before = data;
        data = await world.folder();
        const isSame = random.chance(0.5);
        // The folder of its identity alone.
        if (isSame) {
          await mkdir(data, { recursive: true });
          await cp(path.join(before, 'data'), path.join(data, 'data'), { recursive: true });
        }
        await pause(random.below(500));
        relay = await startRelayProcess({ dataDirectory: data, webSocketPort });
        if (!isSame) ended = true;
        made.push(...(await announcing));
        if (isSame) continue;
        await author.stop();
        author = await world.peer(relay.addresses, at);
      }
      const kept = await cameAbout(async () => {
        const { status } = await relay.status();
        return author.pending().length === 0 && status.pins.roots === made.length;
      });
      if (!kept) {
        const { status } = await relay.status();
        const says = JSON.stringify(author.deliveries());
        return `${made.length} were announced, and the relay keeps ${status.pins.roots} in the end: ${says}`;
      }
      await author.stop();
      return await notServed(world, relay.addresses, made);
    }),
};
