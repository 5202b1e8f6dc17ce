// Writes the two sample Datanets to public/datanets/<id>/: `datanet.json` (who owns which rows), `rows.jsonl` (the
// training rows, one canonical JSON row per line), `placebo.jsonl` (rows of the same kinds, excluded from training, to
// measure the noise of attribution) and `eval.json` (questions in wordings that do not occur in training). Run: node
// tools/run.mjs tools/sampleDatanets.ts
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { elements } from './sampleDatanets/elements.ts';
import { makeDatanet } from './sampleDatanets/makeDatanet.ts';
import { tidemark } from './sampleDatanets/tidemark.ts';

for (const datanet of [elements, tidemark]) {
  const folder = path.join(import.meta.dirname, '..', 'public', 'datanets', datanet.id);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(makeDatanet(datanet))) {
    await writeFile(path.join(folder, name), text);
    console.log(`${datanet.id}/${name}: ${text.length} characters`);
  }
}
