// The one downloader, against storage in memory and servers that are functions: what is kept, what is refused, and what both of
// its callers rely on. Real storage and HTTP are in the browser tests of models and of `state/download.ts`.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bytesToHex, concatBytes } from '../../lib/bytes.ts';
import { sha256 } from '../../lib/hash.ts';
import { readRemote } from '../remote/readRemote.ts';
import { crash, memoryFileStore } from '../testing/memoryFileStore.ts';
import { type AnnouncedFile, fetchFile } from './fetchFile.ts';

const content = new Uint8Array(1000).map((_, index) => (index * 31) % 251);
const hash = bytesToHex(sha256(content));
const announced: AnnouncedFile = { name: 'weights', bytes: content.length, sha256: hash };
const PART = 300;
const url = 'https://files.example/weights';

beforeEach(() => void vi.stubGlobal('navigator', { onLine: true }));
afterEach(() => void vi.unstubAllGlobals());

type Answer = (from: number) => Response;

const ranged =
  (body: Uint8Array<ArrayBuffer> = content): Answer =>
  (from) => {
    const headers: Record<string, string> =
      from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {};
    return new Response(body.slice(from), { status: from > 0 ? 206 : 200, headers });
  };
const ignoring: Answer = () => new Response(content);

/** One browser's storage over several attempts. */
function browser() {
  const files = memoryFileStore(PART);
  const asked: number[] = [];
  const progress: number[] = [];
  const attempt = (answer: Answer, file: AnnouncedFile = announced, onWait?: () => void) =>
    fetchFile({
      file,
      storedName: 'stored',
      facts: { title: 'Weights' },
      files,
      read: (from) =>
        readRemote({
          url,
          bytes: file.bytes,
          from,
          request: async (_, { headers } = {}) => {
            const begin = Number(headers?.['range']?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
            asked.push(begin);
            return answer(begin);
          },
        }),
      onProgress: (bytes) => progress.push(bytes),
      ...(onWait === undefined ? {} : { onWait }),
    });
  const kept = (): Uint8Array => concatBytes(files.stored.get('stored')?.parts ?? []);
  return { files, asked, progress, attempt, kept };
}

test('a file is stored with its facts and hash, and not fetched again', async () => {
  const { attempt, asked, files, kept, progress } = browser();
  const { sha256: actual, blob } = await attempt(ranged());
  expect([actual, new Uint8Array(await blob.arrayBuffer())]).toEqual([hash, content]);
  expect(files.stored.get('stored')?.facts).toEqual({ title: 'Weights', sha256: hash });
  expect([kept(), progress.at(-1)]).toEqual([content, content.length]);
  await attempt(ranged());
  expect(asked).toEqual([0]);
  // Another file under the same name is another file.
  const other = content.map((byte) => byte ^ 1);
  await attempt(ranged(other), { ...announced, sha256: bytesToHex(sha256(other)) });
  expect([asked, kept()]).toEqual([[0, 0], other]);
});

/** An attempt whose page goes away after 700 bytes, of which two parts survive. */
async function interrupted() {
  const world = browser();
  const page = async function* (): AsyncGenerator<Uint8Array> {
    yield content.subarray(0, 700);
    throw crash;
  };
  const lost = fetchFile({
    file: announced,
    storedName: 'stored',
    facts: {},
    files: world.files,
    read: page,
    onProgress: () => undefined,
  });
  await expect(lost).rejects.toBe(crash);
  return world;
}

test.each<[string, AnnouncedFile, Answer]>([
  ['of a server with ranges', announced, ranged()],
  ['of a server that ignores ranges', announced, ignoring],
  ['of a file whose size nobody announced', { name: 'weights', sha256: hash }, ranged()],
  ['of such a file and server', { name: 'weights', sha256: hash }, ignoring],
  ['of a file whose hash nobody announced', { name: 'weights', bytes: content.length }, ranged()],
])('goes on from the whole parts of an earlier attempt: %s', async (_, file, answer) => {
  const { attempt, asked, kept, progress } = await interrupted();
  expect((await attempt(answer, file)).sha256).toBe(hash);
  expect([asked, progress[0], kept()]).toEqual([[600], 600, content]);
});

test('a file that was replaced between two attempts is refused, and nothing of it stays', async () => {
  const { attempt, files } = await interrupted();
  await expect(attempt(ranged(content.map((byte) => byte ^ 1)))).rejects.toMatchObject({
    code: 'MODEL_FILE_DAMAGED',
    facts: { file: 'weights', expected: hash, bytes: content.length },
  });
  expect(files.stored.size).toBe(0);
});

test.each<[string, AnnouncedFile, Answer, string]>([
  ['a shorter file', announced, ranged(content.slice(0, 999)), 'REMOTE_ENDED_EARLY'],
  ['a longer file', announced, ranged(concatBytes([content, content])), 'REMOTE_SIZE_WRONG'],
  [
    'a shorter file of unknown size',
    { name: 'weights', sha256: hash },
    ranged(content.slice(0, 999)),
    'MODEL_FILE_DAMAGED',
  ],
])('%s is refused', async (_, file, answer, code) => {
  await expect(browser().attempt(answer, file)).rejects.toMatchObject({ code });
});

test('more stored bytes than the file has are not gone on from', async () => {
  const { attempt, asked } = await interrupted();
  const small = content.slice(0, 500);
  await attempt(ranged(small), { name: 'weights', bytes: small.length, sha256: bytesToHex(sha256(small)) });
  expect(asked).toEqual([0]);
});

test('failures of the network are waited out only for those who ask for it', async () => {
  const patient = browser();
  let waits = 0;
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.useFakeTimers();
  const cut: Answer = (from) =>
    patient.asked.length === 1
      ? new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(content.subarray(0, 450));
            },
            pull: (controller) => controller.error(new TypeError('cut')),
          }),
        )
      : ranged()(from);
  const fetching = patient.attempt(cut, announced, () => {
    waits += 1;
  });
  await vi.runAllTimersAsync();
  await fetching;
  vi.useRealTimers();
  expect([waits, patient.asked, patient.kept()]).toEqual([1, [0, 450], content]);

  const hurried = browser();
  await expect(hurried.attempt(ranged(content.slice(0, 450)))).rejects.toMatchObject({ code: 'REMOTE_ENDED_EARLY' });
  expect(hurried.asked).toEqual([0]);
});
