// Builds public/adapters/<id>/index.cbor for the sample adapters: gradients of all rows, sketches, index; then asks
// held-out questions, counts how often the rows named first state the fact that was asked for, and writes that into the index.
// Run: node tools/run.mjs tools/buildIndexes.ts [id...] [--backend wasm|dawn|reference]
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { attribute } from '../src/attribution/attribute.ts';
import type { AttributionIndex } from '../src/attribution/files/attributionIndex.ts';
import { decodeIndex } from '../src/attribution/files/decodeIndex.ts';
import { encodeIndex } from '../src/attribution/files/encodeIndex.ts';
import { type AttributionEvaluation, createAttributionService } from '../src/attribution/index.ts';
import { influenceOf } from '../src/attribution/influenceOf.ts';
import { openIndex } from '../src/attribution/openIndex.ts';
import { bytesToHex } from '../src/lib/bytes.ts';
import { sha256 } from '../src/lib/hash.ts';
import type { CallContext } from '../src/lib/rpc.ts';
import { buildIndex, type IndexableRow } from '../src/workflows/adapters/buildIndex.ts';
import { textOf } from '../src/workflows/rows/rowSource.ts';
import { sampleRows } from '../src/workflows/rows/sampleRows.ts';
import { openSample, publicFolder, type Sample } from './attribution/openSample.ts';

const QUESTION_COUNT = 50;
const SHOWN_ROWS = 5;
const attribution = createAttributionService();

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** The rows of a sample Datanet, trained and held out, as the page would index them. */
function indexableRows(sample: Sample, id: string): IndexableRow[] {
  return (['rows', 'placebo'] as const).flatMap((kind) =>
    sampleRows({
      datanetId: id,
      contribution: `datanets/${id}/${kind}.jsonl`,
      text: sample.texts[kind],
      contributors: sample.contributors.map(({ address, [kind]: rows }) => ({ address, rows })),
    }).map((row) => ({ row, encoded: sample.encode(textOf(row)), placebo: kind === 'placebo' })),
  );
}

/** Builds an index by the workflow of the page, over the engine and the attribution of this process. */
function build(sample: Sample, id: string, adapterHash: string): Promise<Uint8Array<ArrayBuffer>> {
  const context: CallContext = { signal: new AbortController().signal, progress: () => undefined };
  const rows = indexableRows(sample, id);
  return buildIndex(
    {
      rows,
      adapterHash,
      signal: context.signal,
      onRow: (done) => {
        if (done > 0 && done % 200 === 0) console.log(`  ${done} of ${rows.length} gradients`);
      },
    },
    {
      async *gradients(encoded) {
        for await (const { gradient } of sample.gradients.gradients(encoded)) yield gradient;
      },
      sketch: (gradient) => attribution.sketch({ gradient }, context),
      buildIndex: (request) => attribution.buildIndex(request, context),
      latestPartial: async () => undefined,
      savePartial: async () => undefined,
    },
  );
}

/** Asks held-out questions as the chat does, and compares the named rows with those that state the fact. */
async function evaluate(sample: Sample, index: Uint8Array, id: string): Promise<AttributionEvaluation> {
  const opened = await openIndex({
    index,
    rows: sample.rows.map((row) => {
      const { inputIds, promptLength } = sample.encode(row);
      return { ...row, responseIds: inputIds.slice(promptLength, -1) };
    }),
  });
  const asked = sample.questions.slice(0, QUESTION_COUNT);
  let right = 0;
  let firstIsSource = 0;
  let sourceInFive = 0;
  let ownerPaidMost = 0;
  const unattributed: number[] = [];
  for (const {
    prompt,
    expected,
    rows: [from, to],
  } of asked) {
    const { text, ids, row } = await sample.answer(prompt);
    for await (const { gradient } of sample.gradients.gradients([row])) {
      const found = attribute(opened, gradient, ids);
      // By influence alone: the panel also weighs verbatim spans, which state the fact by their nature.
      const { scores } = influenceOf(opened, found.sketch);
      const { positions } = opened.index.trained;
      const best = [...scores.keys()]
        .sort((one, other) => (scores[other] as number) - (scores[one] as number))
        .slice(0, SHOWN_ROWS);
      const isSource = best.map(
        (trained) => (positions[trained] as number) >= from && (positions[trained] as number) < to,
      );
      const owner = sample.contributors.find(
        (contributor) => from >= contributor.rows[0] && from < contributor.rows[1],
      );
      const paid = found.contributors.toSorted((one, other) => other.ppm - one.ppm)[0];
      if (text.includes(expected)) right += 1;
      if (isSource[0] === true) firstIsSource += 1;
      if (isSource.includes(true)) sourceInFive += 1;
      if (owner?.address === paid?.account) ownerPaidMost += 1;
      unattributed.push(found.unattributedPpm);
    }
  }
  const n = asked.length;
  const median = unattributed.toSorted((one, other) => one - other)[Math.floor(n / 2)] ?? 0;
  console.log(
    `${id}: of ${n} held-out questions ${right} right; a row of the fact is first in ${firstIsSource}, among five in ${sourceInFive}; ` +
      `its owner is paid most in ${ownerPaidMost}; unattributed in the median ${(median / 10_000).toFixed(1)}%`,
  );
  return { method: 'source-recovery', questions: n, firstIsSource, sourceInFive };
}

/** The index that lies there if it was built for these weights and rows: the gradients are the long part. */
async function existingIndex(
  file: string,
  adapterHash: string,
  { rows, placebo }: Sample,
): Promise<AttributionIndex | undefined> {
  if (!existsSync(file)) return undefined;
  const index = decodeIndex(await readFile(file));
  return index.adapterHash === adapterHash &&
    index.trained.count === rows.length &&
    index.placebo.count === placebo.length
    ? index
    : undefined;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: 'string', default: 'wasm' } },
});
for (const id of positionals.length > 0 ? positionals : ['elements', 'tidemark']) {
  const folder = path.join(publicFolder, 'adapters', id);
  const file = path.join(folder, 'index.cbor');
  const adapterHash = bytesToHex(sha256(await readFile(path.join(folder, 'adapter_model.safetensors'))));
  const sample = await openSample(id, values.backend);
  console.log(`${id}: on ${sample.device}`);
  let index = await existingIndex(file, adapterHash, sample);
  if (index === undefined) {
    const start = performance.now();
    const built = await build(sample, id, adapterHash);
    await writeFile(file, built);
    index = decodeIndex(built);
    console.log(`${id}: index after ${seconds(start)}`);
  }
  const evaluation = await evaluate(sample, encodeIndex(index), id);
  const bytes = encodeIndex({ ...index, evaluation });
  await writeFile(file, bytes);
  console.log(`${id}: ${index.trained.count} trained and ${index.placebo.count} placebo rows, ${bytes.length} bytes`);
  sample.destroy();
}
// Dawn keeps its own threads alive.
process.exit(0);
