// For tests only: the embedded model, whole or with its first layers alone.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const file = path.join(import.meta.dirname, '../../../public/models/seedling/seedling.Q8_0.gguf');
const LAYER_COUNT = 'llama.block_count';
const UINT32 = 4;
const ALIGNMENT = 32;

const align = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** The whole model, 8 layers: needed where answers are compared with golden ones, or an adapter names all layers. */
export function seedling(): Blob {
  return new Blob([readFileSync(file)]);
}

/**
 * Its first `layers` layers, as a GGUF file. All that depends on a width, a vocabulary or a weight format, so every shader and the
 * tokenizer, is that of the whole model, but less is computed; what it answers makes no sense.
 */
export function shallowSeedling(layers: number): Blob {
  const bytes = readFileSync(file);
  const type = bytes.indexOf(LAYER_COUNT) + LAYER_COUNT.length;
  if (bytes.readUInt32LE(type) !== UINT32) throw new Error('The seedling states its layers in another way.');
  bytes.writeUInt32LE(layers, type + 4);
  // A tensor's place: length of the name, name, number of dimensions, each dimension, type, offset.
  const first = bytes.indexOf('token_embd.weight') - 8;
  const places: Buffer[] = [];
  let end = first;
  for (let left = Number(bytes.readBigUInt64LE(8)); left > 0; left -= 1) {
    const start = end;
    const nameEnd = start + 8 + Number(bytes.readBigUInt64LE(start));
    end = nameEnd + 4 + 8 * bytes.readUInt32LE(nameEnd) + 12;
    const layer = Number(/^blk\.(\d+)\./.exec(bytes.toString('utf8', start + 8, nameEnd))?.[1] ?? 0);
    if (layer < layers) places.push(bytes.subarray(start, end));
  }
  bytes.writeBigUInt64LE(BigInt(places.length), 8);
  const header = Buffer.concat([bytes.subarray(0, first), ...places]);
  return new Blob([header, new Uint8Array(align(header.length) - header.length), bytes.subarray(align(end))]);
}
