import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BlobLike } from '../../lib/blobLike.ts';
import { concatBytes } from '../../lib/bytes.ts';
import { createSession } from '../model/createSession.ts';
import { loadModel } from '../model/loadModel.ts';
import type { ModelFile } from '../modelFile.ts';
import { openModelFile } from '../openModelFile.ts';
import { defaultChoices, type QuantizationChoices, storedChoices } from '../quant/quantizationChoices.ts';
import { createReferenceBackend } from '../reference/createReferenceBackend.ts';
import { goldenModel } from '../testing/goldenModel.ts';
import { type ConvertModelOptions, convertModel, type PackedPiece } from './convertModel.ts';
import { PACKED_PREFIX } from './packedHeader.ts';
import { packedSize } from './packedSize.ts';

const formats = path.join(import.meta.dirname, '../../../test/golden/engine-formats');
const gguf = (name: string): Promise<ModelFile> =>
  openModelFile([{ name, blob: new Blob([readFileSync(path.join(formats, 'gguf', name))]) }]);

async function pieces(
  file: ModelFile,
  choices: QuantizationChoices,
  options?: ConvertModelOptions,
): Promise<PackedPiece[]> {
  const all: PackedPiece[] = [];
  for await (const piece of convertModel(file, choices, options)) all.push(piece);
  return all;
}

const pack = async (...parameters: Parameters<typeof pieces>): Promise<Uint8Array<ArrayBuffer>> =>
  concatBytes((await pieces(...parameters)).map(({ bytes }) => bytes));

const open = (bytes: Uint8Array<ArrayBuffer>): Promise<ModelFile> =>
  openModelFile([{ name: 'model', blob: new Blob([bytes]) }]);

async function logits(file: ModelFile, choices?: QuantizationChoices): Promise<Float32Array> {
  const backend = createReferenceBackend();
  const model = await loadModel(backend, file, { contextLength: 64, ...(choices === undefined ? {} : { choices }) });
  return await createSession(model).forwardAllLogits([5, 9, 200, 3, 77, 41, 8]);
}

const models: readonly (readonly [name: string, open: () => Promise<ModelFile>])[] = [
  ['tiny-llama', () => goldenModel('tiny-llama')],
  ['kquant.k_mixed.gguf', () => gguf('kquant.k_mixed.gguf')],
  ['llama.Q4_0.gguf', () => gguf('llama.Q4_0.gguf')],
];

describe.each(models)('%s', (_, openSource) => {
  it.each<QuantizationChoices>([
    storedChoices,
    defaultChoices({ container: 'safetensors' }),
    { weights: 'f16', embedding: 'f32', head: 'q4_0' },
  ])('packed with $weights, $embedding, $head gives the very logits that it gives when loaded so', async (choices) => {
    const source = await openSource();
    const bytes = await pack(source, choices, { sources: [{ name: 'a', byteLength: 3, sha256: 'ab'.repeat(32) }] });
    const packed = await open(bytes);
    expect(packed.container).toBe('packed');
    expect(packed.config).toEqual(source.config);
    expect(packed.sources).toEqual([{ name: 'a', byteLength: 3, sha256: 'ab'.repeat(32) }]);
    expect(packed.tokenizerJson).toEqual(source.tokenizerJson);
    expect(packed.chatTemplate).toEqual(source.chatTemplate);
    expect(await logits(packed)).toEqual(await logits(source, choices));
  });

  it('restores the stored bytes when packed as stored', async () => {
    const source = await openSource();
    const packed = await open(await pack(source, storedChoices));
    for (const [name, tensor] of source.tensors) {
      const other = packed.tensors.get(name);
      expect(other?.format, name).toBe(tensor.format);
      expect(await other?.read(), name).toEqual(await tensor.read());
      expect(await other?.readRows(1, 3), name).toEqual(await tensor.readRows(1, 3));
    }
  });

  it('has the announced size, and grows without gaps', async () => {
    const source = await openSource();
    const choices = defaultChoices({ container: 'safetensors' });
    const all = await pieces(source, choices);
    const size = packedSize(source, choices);
    let offset = 0;
    for (const piece of all) {
      expect(piece.offset).toBe(offset);
      offset += piece.bytes.byteLength;
    }
    expect(offset).toBe(size.fileBytes);
    expect(all.at(-1)?.completeTensors).toBe(size.tensors.length);
    const backend = createReferenceBackend();
    const { weightBytes } = await loadModel(backend, source, { choices });
    expect(size.weightBytes).toBe(weightBytes);
    expect(size.largestTensorBytes).toBe(Math.max(...size.tensors.map(({ bytes }) => bytes)));
  });
});

it('resumes at any tensor with the same bytes', async () => {
  const source = await goldenModel('tiny-llama');
  const choices = defaultChoices(source);
  const whole = await pack(source, choices);
  const count = source.tensors.size;
  for (const fromTensor of [1, 7, count - 1, count]) {
    const [first, ...others] = await pieces(source, choices, { fromTensor });
    const rest = first === undefined ? [] : [first, ...others];
    const joined = concatBytes(rest.map(({ bytes }) => bytes));
    expect(joined).toEqual(whole.slice(whole.length - joined.length));
    expect(first?.offset ?? whole.length).toBe(whole.length - joined.length);
  }
  await expect(pieces(source, choices, { fromTensor: count + 1 })).rejects.toMatchObject({
    code: 'PACKED_RESUME_INVALID',
  });
});

it('stops when aborted, and reports its progress', async () => {
  const source = await goldenModel('tiny-llama');
  const abort = new AbortController();
  const seen: number[] = [];
  const packing = pieces(source, storedChoices, {
    signal: abort.signal,
    onProgress(done, total) {
      seen.push(done);
      if (done > total / 2) abort.abort();
    },
  });
  await expect(packing).rejects.toThrow(/abort/i);
  expect(seen).toEqual([...seen].sort((left, right) => left - right));
});

it('has its header read in at most two requests', async () => {
  const bytes = await pack(await gguf('llama.Q4_0.gguf'), storedChoices);
  let requests = 0;
  const counting = (from: number, to: number): BlobLike => ({
    size: to - from,
    slice: (begin = 0, end = to - from) => counting(from + begin, from + Math.min(end, to - from)),
    arrayBuffer: async () => {
      requests += 1;
      return bytes.slice(from, to).buffer;
    },
  });
  await openModelFile([{ name: 'model', blob: counting(0, bytes.length) }]);
  // One request to recognise the file.
  expect(requests).toBeLessThanOrEqual(3);
});

describe('a damaged packed file', async () => {
  const source = await goldenModel('tiny-llama');
  const bytes = await pack(source, defaultChoices(source));
  const view = new DataView(bytes.buffer);
  const headerLength = Number(view.getBigUint64(16, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PACKED_PREFIX, PACKED_PREFIX + headerLength)));

  /** The file with another header in front of the same data. */
  function withHeader(change: (copy: typeof header) => void): Uint8Array<ArrayBuffer> {
    const copy = structuredClone(header);
    change(copy);
    const json = new TextEncoder().encode(JSON.stringify(copy));
    const dataStart = Math.ceil((PACKED_PREFIX + headerLength) / 256) * 256;
    const start = Math.ceil((PACKED_PREFIX + json.length) / 256) * 256;
    const changed = new Uint8Array(start + bytes.length - dataStart);
    changed.set(bytes.subarray(0, PACKED_PREFIX));
    new DataView(changed.buffer).setBigUint64(16, BigInt(json.length), true);
    changed.set(json, PACKED_PREFIX);
    changed.set(bytes.subarray(dataStart), start);
    return changed;
  }

  function withBytes(change: (copy: DataView) => void): Uint8Array<ArrayBuffer> {
    const copy = bytes.slice();
    change(new DataView(copy.buffer));
    return copy;
  }

  const invalid = 'PACKED_INVALID';
  const truncated = 'PACKED_TRUNCATED';
  it.each<[string, string, Uint8Array<ArrayBuffer>]>([
    ['a header of 2^60 bytes', truncated, withBytes((copy) => copy.setBigUint64(16, 2n ** 60n, true))],
    ['another version', invalid, withBytes((copy) => copy.setUint32(8, 2, true))],
    ['bytes that are not zero', invalid, withBytes((copy) => copy.setUint32(12, 1, true))],
    ['a header that is not UTF-8', invalid, withBytes((copy) => copy.setUint8(PACKED_PREFIX + 2, 0xff))],
    ['a header that is not JSON', invalid, withBytes((copy) => copy.setUint8(PACKED_PREFIX, 0x5b))],
    ['an end within its first bytes', truncated, bytes.slice(0, 20)],
    ['an end within its header', truncated, bytes.slice(0, 300)],
    ['an end within its data', truncated, bytes.slice(0, -512)],
    [
      'overlapping tensors',
      invalid,
      withHeader((h) => {
        const [begin, end] = h.tensors[2].codes;
        h.tensors[3].codes = [begin, begin + h.tensors[3].codes[1] - h.tensors[3].codes[0]];
        expect(end).toBeGreaterThan(begin);
      }),
    ],
    [
      'a range of another size',
      invalid,
      withHeader((h) => {
        h.tensors[0].codes[1] += 4;
      }),
    ],
    [
      'a range that is misaligned',
      invalid,
      withHeader((h) => {
        h.tensors[0].codes = h.tensors[0].codes.map((at: number) => at + 4);
      }),
    ],
    [
      'a range past the data',
      truncated,
      withHeader((h) => {
        h.tensors[0].codes = h.tensors[0].codes.map((at: number) => at + 2 ** 40);
      }),
    ],
    [
      'a range of fractions',
      invalid,
      withHeader((h) => {
        h.tensors[0].codes = [0.5, 1.5];
      }),
    ],
    [
      'a tensor twice',
      invalid,
      withHeader((h) => {
        h.tensors[1].name = h.tensors[0].name;
      }),
    ],
    ['a missing tensor', 'MODEL_INVALID', withHeader((h) => h.tensors.pop())],
    [
      'another shape',
      invalid,
      withHeader((h) => {
        h.tensors[0].shape = [4, 4];
      }),
    ],
    [
      'a shape of 2^31',
      invalid,
      withHeader((h) => {
        h.tensors[0].shape = [2 ** 31, 2 ** 31];
      }),
    ],
    [
      'an unknown format',
      invalid,
      withHeader((h) => {
        h.tensors[0].format = 'q1_0';
      }),
    ],
    [
      'scales that the format has not',
      invalid,
      withHeader((h) => {
        h.tensors.find((t: { format: string }) => t.format === 'f32').scales = [0, 4];
      }),
    ],
    [
      'a config with an unknown field',
      invalid,
      withHeader((h) => {
        h.config.mystery = 1;
      }),
    ],
    [
      'a config without a field',
      invalid,
      withHeader((h) => {
        delete h.config.headCount;
      }),
    ],
    [
      'a config that makes no sense',
      'MODEL_INVALID',
      withHeader((h) => {
        h.config.headCount = 2 ** 40;
      }),
    ],
    [
      'a source whose hash is none',
      invalid,
      withHeader((h) => {
        h.sources = [{ name: 'a', byteLength: 1, sha256: 'x' }];
      }),
    ],
    [
      'a tokenizer that is a list',
      invalid,
      withHeader((h) => {
        h.tokenizerJson = [];
      }),
    ],
  ])('with %s is refused', async (_, code, damaged) => {
    await expect(open(damaged)).rejects.toMatchObject({ code });
  });

  it('that is truncated later is refused when it is read', async () => {
    let end = bytes.length;
    const shrinking = (from: number, to: number): BlobLike => ({
      size: to - from,
      slice: (begin = 0, stop = to - from) => shrinking(from + begin, from + stop),
      arrayBuffer: async () => bytes.slice(from, Math.min(to, end)).buffer,
    });
    const file = await openModelFile([{ name: 'model', blob: shrinking(0, bytes.length) }]);
    end = 8_000;
    const backend = createReferenceBackend();
    await expect(loadModel(backend, file)).rejects.toMatchObject({ code: truncated });
    expect(backend.counters.allocatedBytes).toBe(0);
  });
});
