// The relay's one HTTP endpoint: `GET /status` as JSON, readable from any page. Nothing can be changed through it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StatusServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function serveStatus({
  host,
  port,
  status,
}: {
  readonly host: string;
  readonly port: number;
  readonly status: () => unknown;
}): Promise<StatusServer> {
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', 'application/json');
    // Parsed without throwing: a stranger writes it, and an error here would end the relay.
    const found = URL.parse(request.url ?? '/', 'http://relay')?.pathname === '/status';
    if (request.method === 'GET' && found) {
      response.end(JSON.stringify(status()));
      return;
    }
    response.statusCode = found ? 405 : 404;
    response.end(JSON.stringify({ error: 'There is only GET /status.' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/status`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
