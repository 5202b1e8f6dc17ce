// Published adapters, fetched into this browser.
import { type AdapterFiles, saveAdapter } from '../../store/index.ts';
import type { PublishedAdapterPorts } from '../../workflows/adapters/publishedAdapter.ts';
import { listModels } from './models/availableModels.ts';
import { publishedReader } from './publishedReader.ts';
import { collectSourceRows } from './sourceRows.ts';

const ports: PublishedAdapterPorts = { reader: publishedReader, collectRows: collectSourceRows };

/** As `fetchPublishedAdapter` of the workflow. */
export async function fetchPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<AdapterFiles> {
  const workflow = await import('../../workflows/adapters/publishedAdapter.ts');
  return workflow.fetchPublishedAdapter(manifest, ports, signal);
}

/** As `importPublishedAdapter` of the workflow. */
export async function importPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<string> {
  const workflow = await import('../../workflows/adapters/publishedAdapter.ts');
  return workflow.importPublishedAdapter(
    manifest,
    {
      ...ports,
      saveAdapter,
      modelByHash: async (sha256) => (await listModels()).find((model) => model.sha256 === sha256)?.id,
    },
    signal,
  );
}
