// The Datanets that this browser knows, in its tables and its configuration.
import { database, readSetting, writeSetting } from '../../store/index.ts';
import type { DatanetTexts } from '../../workflows/rows/datanetDescription.ts';
import { type DatanetEntry, datanetEntries } from '../../workflows/rows/datanetEntries.ts';
import type { KnownDatanet, KnownDatanetsPorts } from '../../workflows/rows/knownDatanets.ts';
import { config } from './config.ts';
import { peers } from './peers.ts';

const SETTING_KEY = 'datanets';

async function knownDatanets(): Promise<Readonly<Record<string, KnownDatanet>>> {
  return (await readSetting<Record<string, KnownDatanet>>(SETTING_KEY)) ?? {};
}

const ports: KnownDatanetsPorts = {
  isOffered: (id) => config().datanets.some((datanet) => datanet.id === id),
  isKnown: async (id) => id in (await knownDatanets()),
  remember: (id, known) =>
    database().transaction('rw', database().settings, async () =>
      writeSetting(SETTING_KEY, { ...(await knownDatanets()), [id]: known }),
    ),
  blocks: async () => (await peers()).blocks,
};

/** As `createDatanet` of the workflow. */
export async function createDatanet(texts: DatanetTexts): Promise<string> {
  const workflow = await import('../../workflows/rows/knownDatanets.ts');
  return workflow.createDatanet(texts, ports);
}

/** As `learnDatanet` of the workflow. */
export async function learnDatanet(id: string): Promise<void> {
  const workflow = await import('../../workflows/rows/knownDatanets.ts');
  await workflow.learnDatanet(id, ports);
}

/** All Datanets, the configuration's first. Reads the database: use inside `createLive`. */
export async function listDatanets(): Promise<DatanetEntry[]> {
  const [contributions, known] = await Promise.all([
    database().contributions.orderBy('createdAt').toArray(),
    knownDatanets(),
  ]);
  return datanetEntries({ offered: config().datanets, known, contributions });
}
