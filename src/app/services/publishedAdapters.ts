// An adapter published by anyone, by the CID of its manifest: fetched from peers, its signature and hashes checked, kept in
// this browser. Its rows are those of the contributions it names, in that order.
import type { Cid } from '../../lib/units.ts';
import { type AdapterFiles, saveAdapter } from '../../store/index.ts';
import { config } from './config.ts';
import { peers } from './peers.ts';

/** The files of the adapter that `manifest` names. Throws what peers and datanet throw. */
export async function fetchPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<AdapterFiles> {
  const [{ readAdapter, readContribution }, { verifyMessage }, node] = await Promise.all([
    import('../../datanet/index.ts'),
    import('../../settlement/index.ts'),
    peers(),
  ]);
  const ports = { blocks: node.blocks, verify: verifyMessage, signal };
  const adapter = await readAdapter({ ...ports, cid: manifest as Cid, files: node.blocks });
  const rows: string[] = [];
  for (const cid of adapter.manifest.contributions) {
    const contribution = await readContribution({ ...ports, cid });
    rows.push(...contribution.rows.map((row) => JSON.stringify(row)));
  }
  const encoder = new TextEncoder();
  return {
    'adapter_config.json': encoder.encode(JSON.stringify(adapter.manifest.config)),
    'adapter_model.safetensors': adapter.weights,
    ...(adapter.index === null ? {} : { 'index.cbor': adapter.index, 'rows.jsonl': encoder.encode(rows.join('\n')) }),
  };
}

/** Fetches a published adapter and keeps it, so that it stands in the list of the chat. */
export async function keepPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<string> {
  const [{ readAdapterManifest }, { verifyMessage }, node] = await Promise.all([
    import('../../datanet/index.ts'),
    import('../../settlement/index.ts'),
    peers(),
  ]);
  const description = await readAdapterManifest({
    cid: manifest as Cid,
    blocks: node.blocks,
    verify: verifyMessage,
    signal,
  });
  const model = config().models.find((candidate) =>
    candidate.files.some((file) => file.sha256 === description.base.sha256),
  );
  const files = await fetchPublishedAdapter(manifest, signal);
  await saveAdapter(
    {
      id: manifest,
      name: description.name,
      modelId: model?.id ?? description.base.name,
      datanetIds: description.datanets,
      createdAt: description.ts,
      manifestCid: manifest,
    },
    files,
  );
  return manifest;
}
