// The Datanets that this browser knows, in its tables and its configuration.
import { database, readSetting, writeSetting } from '../../store/index.ts';
import type { DatanetTexts } from '../../workflows/rows/datanetDescription.ts';
import type { DatanetEntry } from '../../workflows/rows/datanetEntries.ts';
import {
  createDatanet as create,
  type KnownDatanet,
  type KnownDatanetsPorts,
  learnDatanet as learn,
} from '../../workflows/rows/knownDatanets.ts';
import { config } from './config.ts';
import { peers } from './peers.ts';

const SETTING_KEY = 'datanets';

async function knownDatanets(): Promise<Readonly<Record<string, KnownDatanet>>> {
  return (await readSetting<Record<string, KnownDatanet>>(SETTING_KEY)) ?? {};
}

/** Adds a Datanet to the known ones. Several may be added at the same time. */
export async function rememberDatanet(id: string, datanet: KnownDatanet): Promise<void> {
  await database().transaction('rw', database().settings, async () =>
    writeSetting(SETTING_KEY, { ...(await knownDatanets()), [id]: datanet }),
  );
}

const ports: KnownDatanetsPorts = {
  isOffered: (id) => config().datanets.some((datanet) => datanet.id === id),
  isKnown: async (id) => id in (await knownDatanets()),
  remember: rememberDatanet,
  blocks: async () => (await peers()).blocks,
};

/** As `createDatanet` of the workflow. */
export function createDatanet(texts: DatanetTexts): Promise<string> {
  return create(texts, ports);
}

/** As `learnDatanet` of the workflow. */
export function learnDatanet(id: string): Promise<void> {
  return learn(id, ports);
}

/** All Datanets, the configuration's first. Reads the database: use inside `createLive`. */
export async function listDatanets(): Promise<DatanetEntry[]> {
  const [contributions, known] = await Promise.all([database().contributions.toArray(), knownDatanets()]);
  // After the tables were read: a live query follows what is read before the first other wait.
  const { datanetEntries } = await import('../../workflows/rows/datanetEntries.ts');
  return datanetEntries({ offered: config().datanets, known, contributions });
}
