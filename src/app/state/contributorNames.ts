// What is known of the configured Datanets besides the configuration itself: names of contributors by address.
import * as v from 'valibot';
import { config } from './config.ts';

const descriptionSchema = v.object({
  contributors: v.optional(v.array(v.object({ address: v.string(), name: v.optional(v.string(), '') })), []),
});

/** Names by lower-case address of the given Datanets' contributors; empty for Datanets that tell none. */
export async function contributorNames(
  datanetIds: readonly string[],
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const id of datanetIds) {
    const known = config().datanets.find((datanet) => datanet.id === id || datanet.slug === id);
    // Sample Datanets describe themselves beside their rows.
    const url =
      known?.url ??
      (known?.rowsUrl === undefined
        ? undefined
        : new URL('datanet.json', new URL(known.rowsUrl, document.baseURI)).href);
    if (url === undefined) continue;
    const response = await fetch(url, signal === undefined ? {} : { signal });
    if (!response.ok) continue;
    const parsed = v.safeParse(descriptionSchema, await response.json());
    if (!parsed.success) continue;
    for (const { address, name } of parsed.output.contributors) if (name !== '') names[address.toLowerCase()] = name;
  }
  return names;
}
