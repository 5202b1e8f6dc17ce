// An RPC server in front of a chain that breaks requests as a walk wants it. Each client has an address of its own, so that one can be
// cut off alone, as if its process had been killed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Hex, keccak256 } from 'viem';

export interface Asked {
  /** The part of the address after the slash. */
  readonly client: string;
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * `cut`: the chain never hears of it. `lost`: it does, and its answer is lost. `swallowed`: a transaction that the server takes and the
 * chain never sees.
 */
export type Verdict = 'pass' | 'cut' | 'lost' | 'swallowed';

export interface FaultyServer {
  readonly url: string;
  /** Asked before each request is passed on. */
  judge: (asked: Asked) => Verdict | Promise<Verdict>;
  /** The chain that answers. */
  upstream: string;
  close(): Promise<void>;
}

export async function faultyServer(upstream: string): Promise<FaultyServer> {
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { id, method, params = [] } = JSON.parse(body.toString()) as { id: number } & Omit<Asked, 'client'>;
    const verdict = await server.judge({ client: request.url?.slice(1) ?? '', method, params });
    response.setHeader('content-type', 'application/json');
    if (verdict === 'cut') return void response.destroy();
    if (verdict === 'swallowed') {
      return void response.end(JSON.stringify({ jsonrpc: '2.0', id, result: keccak256(params[0] as Hex) }));
    }
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await (await fetch(server.upstream, { method: 'POST', headers, body })).text();
      if (verdict === 'lost') response.destroy();
      else response.end(answer);
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: FaultyServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    judge: () => 'pass',
    upstream,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
