// An RPC server that passes everything on and tells what it was asked, so that a test can act between two requests of a client.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ObservedServer {
  readonly url: string;
  /** Methods in the order in which they were asked. */
  readonly asked: readonly string[];
  /** Resolves once a request of this method was answered. */
  answered(method: string): Promise<void>;
  close(): Promise<void>;
}

export async function observedServer(rpcUrl: string): Promise<ObservedServer> {
  const asked: string[] = [];
  const waiting = new Map<string, () => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method } = JSON.parse(body.toString()) as { method: string };
    asked.push(method);
    try {
      const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      response.setHeader('content-type', 'application/json').end(await answer.text());
    } catch {
      response.destroy();
    }
    response.on('close', () => waiting.get(method)?.());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answered: (method) => new Promise((resolve) => waiting.set(method, resolve)),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
