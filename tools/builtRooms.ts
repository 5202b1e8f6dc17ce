// The rooms of the built app as a first visitor gets them: a fresh build behind the whole stack of `npm start` on free ports,
// which serves it compressed, and how many bytes leave its server.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts, startStack } from './localStack.ts';
import { type ServeParameters, serveStatic } from './serveStatic.ts';
import { build } from './vite.ts';

/** Routes that are measured: every room, and the page of the factory that people come for. */
export const routes = ['chat', 'contribute', 'factory', 'factory/new', 'models', 'rewards', 'settings'] as const;
export type Route = (typeof routes)[number];

export interface Sent {
  /** On the wire, with headers, of answers that were cut off too. */
  readonly bytes: number;
  /** Path and bytes of every answer, in their order. */
  readonly files: readonly (readonly [string, number])[];
}

export interface BuiltRooms {
  urlOf(route: Route): string;
  /** What the server of the app has sent since the last call. */
  sent(): Sent;
}

/** Serves as `serveStatic` does, and counts at its sockets: workers ask by themselves, which a page's own tools do not show. */
function countingServer(): { serve(parameters: ServeParameters): Promise<() => void>; sent(): Sent } {
  /** Bytes of each connection that have been reported. */
  const sockets = new Map<Socket, number>();
  let files: [string, number][] = [];
  return {
    async serve(parameters) {
      const server = await serveStatic(parameters);
      server.on('connection', (socket) => sockets.set(socket, 0));
      // One answer at a time on a connection; before the server's own listener, which may answer at once.
      server.prependListener('request', ({ url = '', socket }, response) => {
        const before = socket.bytesWritten;
        response.on('close', () => files.push([url, socket.bytesWritten - before]));
      });
      return () => {
        server.close();
        server.closeAllConnections();
      };
    },
    sent() {
      let bytes = 0;
      for (const [socket, reported] of sockets) {
        bytes += socket.bytesWritten - reported;
        if (socket.destroyed) sockets.delete(socket);
        else sockets.set(socket, socket.bytesWritten);
      }
      const answered = files;
      files = [];
      return { bytes, files: answered };
    },
  };
}

/** Builds the app and lets `use` open its rooms; everything is stopped and deleted afterwards. */
export async function withBuiltRooms<Result>(use: (rooms: BuiltRooms) => Promise<Result>): Promise<Result> {
  await build();
  const directory = mkdtempSync(path.join(tmpdir(), 'tributary-rooms-'));
  const { serve, sent } = countingServer();
  try {
    // A keeper that settles would be work beside what is measured.
    const stack = await startStack({ directory, ports: await freePorts(), keep: false, serve });
    try {
      return await use({ urlOf: (route) => `${stack.url}#/${route}`, sent });
    } finally {
      await stack.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
