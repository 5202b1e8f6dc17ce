// Names of contributors, from the Datanets of the configuration by HTTP.
import { contributorNames as readNames } from '../../workflows/rows/contributorNames.ts';
import { config } from './config.ts';
import { datanetUrl } from './sourceRows.ts';

/** Names by lower-case address of the contributors to these Datanets. */
export function contributorNames(datanetIds: readonly string[], signal?: AbortSignal): Promise<Record<string, string>> {
  return readNames(
    datanetIds,
    {
      contributorsUrl(id) {
        const datanet = config().datanets.find((candidate) => candidate.id === id || candidate.slug === id);
        return datanet === undefined ? undefined : datanetUrl(datanet);
      },
      async fetchJson(url) {
        const response = await fetch(url, signal === undefined ? {} : { signal });
        return response.ok ? response.json() : undefined;
      },
    },
    signal,
  );
}
