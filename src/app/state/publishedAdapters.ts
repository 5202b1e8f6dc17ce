// An adapter published by anyone, by the CID of its manifest: fetched from peers, its signature and hashes checked, kept in
// this browser. Its rows are those of the contributions it names, in that order.
import * as v from 'valibot';
import type { AdapterManifest } from '../../datanet/index.ts';
import { TributaryError } from '../../lib/errors.ts';
import type { Cid } from '../../lib/units.ts';
import type { Hex } from '../../settlement/index.ts';
import { type AdapterFiles, saveAdapter } from '../../store/index.ts';
import { splitHoldout } from '../../workflows/training/splitHoldout.ts';
import { listModels } from './models/availableModels.ts';
import { peers } from './peers.ts';
import type { AdapterData } from './publishTrainedAdapter.ts';
import { collectSourceRows, textOf } from './sourceRows.ts';

const trainingSchema = v.object({
  settings: v.object({ seed: v.number() }),
  sources: v.array(v.object({ datanetId: v.string(), source: v.string() })),
  model: v.optional(v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/))),
});

/** What this project's trainer writes under `training`. Throws `ADAPTER_FOREIGN` for another trainer's manifest. */
function trainingFacts(manifest: AdapterManifest): v.InferOutput<typeof trainingSchema> {
  const parsed = v.safeParse(trainingSchema, manifest.training);
  if (parsed.success) return parsed.output;
  throw new TributaryError({
    code: 'ADAPTER_FOREIGN',
    message: 'This adapter does not say how it was trained, so its answers cannot be traced to rows.',
    facts: { name: manifest.name, author: manifest.author, path: v.getDotPath(parsed.issues[0]) ?? '' },
    hint: 'Ask its author to publish it again with Tributary.',
  });
}

/** The rows in the order of the index: collected, the same content once, without those that were held out. */
async function trainedRows(manifest: AdapterManifest, signal: AbortSignal | undefined): Promise<string[]> {
  const { settings, sources } = trainingFacts(manifest);
  const { rows } = await collectSourceRows(sources, signal);
  return splitHoldout(rows, settings.seed).trained.map((row) => JSON.stringify(textOf(row)));
}

/** The files of the adapter that `manifest` names. Throws what peers and datanet throw. */
export async function fetchPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<AdapterFiles> {
  const [{ readAdapter }, { verifyMessage }, node] = await Promise.all([
    import('../../datanet/index.ts'),
    import('../../settlement/index.ts'),
    peers(),
  ]);
  const ports = { blocks: node.blocks, verify: verifyMessage, signal };
  const adapter = await readAdapter({ ...ports, cid: manifest as Cid, files: node.blocks });
  const rows = adapter.index === null ? [] : await trainedRows(adapter.manifest, signal);
  const encoder = new TextEncoder();
  return {
    'adapter_config.json': encoder.encode(JSON.stringify(adapter.manifest.config)),
    'adapter_model.safetensors': adapter.weights,
    ...(adapter.index === null
      ? {}
      : { 'index.cbor': adapter.index, 'rows.jsonl': encoder.encode(`${rows.join('\n')}\n`) }),
  };
}

/** Fetches a published adapter and keeps it, so that it stands in the list of the chat. */
export async function keepPublishedAdapter(manifest: string, signal?: AbortSignal): Promise<string> {
  const [{ authorAddress, readAdapterManifest }, { verifyMessage }, node] = await Promise.all([
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
  const model = (await listModels()).find(({ sha256 }) => sha256 === description.base.sha256);
  const files = await fetchPublishedAdapter(manifest, signal);
  const { model: modelId } = trainingFacts(description);
  const data: AdapterData = {
    author: authorAddress(description.author),
    ...(modelId === undefined ? {} : { modelId: modelId as Hex }),
  };
  await saveAdapter(
    {
      id: manifest,
      name: description.name,
      modelId: model?.id ?? description.base.name,
      datanetIds: description.datanets,
      createdAt: description.ts,
      manifestCid: manifest,
      data,
    },
    files,
  );
  return manifest;
}
