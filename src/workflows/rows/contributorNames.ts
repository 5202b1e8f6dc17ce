// Names of contributors by address, as the Datanets of the configuration list them.
import * as v from 'valibot';

export interface ContributorNamesPorts {
  /** Where a Datanet lists its contributors; undefined for one that does not. */
  contributorsUrl(datanetId: string): string | undefined;
  /** Undefined when there is nothing at this address. */
  fetchJson(url: string, signal: AbortSignal | undefined): Promise<unknown>;
}

const contributorsSchema = v.object({
  contributors: v.optional(v.array(v.object({ address: v.string(), name: v.optional(v.string(), '') })), []),
});

/** Names by lower-case address; contributors without a name are left out. Throws errors of `fetchJson`. */
export async function contributorNames(
  datanetIds: readonly string[],
  ports: ContributorNamesPorts,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const id of datanetIds) {
    const url = ports.contributorsUrl(id);
    if (url === undefined) continue;
    const parsed = v.safeParse(contributorsSchema, await ports.fetchJson(url, signal));
    if (!parsed.success) continue;
    for (const { address, name } of parsed.output.contributors) if (name !== '') names[address.toLowerCase()] = name;
  }
  return names;
}
