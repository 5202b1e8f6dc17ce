import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { currentAddresses, parseRelays } from './relayAddresses.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const id = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp';
const other = '12D3KooWCRYvbBcaV4eVvhYGAHdkAyRcuPFC1LNSh17gRbMDzbDX';
const at = (port: number, relay = id): string => `/ip4/127.0.0.1/tcp/${port}/ws/p2p/${relay}`;

describe('relays as somebody wrote them', () => {
  it('are put together by who they lead to', () => {
    const relays = parseRelays([at(1), at(2, other), at(3)]);
    expect(relays.map((relay) => [relay.id, relay.addresses.map(String)])).toEqual([
      [id, [at(1), at(3)]],
      [other, [at(2, other)]],
    ]);
    expect(parseRelays([])).toEqual([]);
  });

  it.each(['', '/ip4/127.0.0.1/tcp/1/ws', `/nonsense/p2p/${id}`, '/ip4/127.0.0.1/tcp/1/ws/p2p/nobody', `${at(1)}/x`])(
    '%s is none',
    (text) => {
      const fault = (() => {
        try {
          return parseRelays([at(1), text]);
        } catch (error) {
          return error;
        }
      })();
      expect(fault).toMatchObject({ code: 'RELAY_ADDRESS_INVALID', facts: { address: text } });
      const parsed = /\/p2p\/[^/]+$/.test(text);
      expect((fault as Error).cause === undefined).toBe(!parsed);
    },
  );

  it('are shown with three hundred characters at most', () => {
    const long = `/${'x'.repeat(400)}`;
    expect(() => parseRelays([long])).toThrow(expect.objectContaining({ facts: { address: long.slice(0, 300) } }));
  });
});

describe('relays as their status says', () => {
  async function statusOf(body: string | Uint8Array): Promise<string> {
    const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/status`;
  }
  // A busy machine may take longer than the three seconds of an endpoint.
  beforeEach(() => void vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal));
  const [relay] = parseRelays([at(1)]);
  const asked = async (url: string | undefined): Promise<string[]> =>
    (await currentAddresses(relay as NonNullable<typeof relay>, url)).map(String);

  it('are dialled there, and as configured where nothing is asked', async () => {
    expect(await asked(await statusOf(JSON.stringify({ multiaddrs: [at(7), 5, at(8, other), at(9)] })))).toEqual([
      at(7),
      at(9),
    ]);
    const request = vi.spyOn(globalThis, 'fetch');
    expect([await asked(undefined), request.mock.calls]).toEqual([[at(1)], []]);
  });

  it.each([
    ['another relay', JSON.stringify({ multiaddrs: [at(8, other)] })],
    ['none', JSON.stringify({ multiaddrs: [] })],
    ['a text', JSON.stringify({ multiaddrs: at(7) })],
    ['an object', JSON.stringify({ multiaddrs: { filter: 1 } })],
    ['nonsense beside it', JSON.stringify({ multiaddrs: [at(7), 'nonsense'] })],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['nothing', ''],
    ['more than a status', JSON.stringify({ multiaddrs: [at(7)], more: 'x'.repeat(262_144) })],
  ])('that names %s does not count', async (_, body) => {
    expect(await asked(await statusOf(body))).toEqual([at(1)]);
  });

  it('of the largest size counts', async () => {
    const empty = JSON.stringify({ multiaddrs: [at(7)], more: '' });
    expect(
      await asked(await statusOf(JSON.stringify({ multiaddrs: [at(7)], more: 'x'.repeat(262_144 - empty.length) }))),
    ).toEqual([at(7)]);
  });

  it('that does not answer is not waited for any longer than three seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new Error('late')));
    expect(await asked(await statusOf(JSON.stringify({ multiaddrs: [at(7)] })))).toEqual([at(1)]);
    expect(timeout).toHaveBeenCalledWith(3_000);
    vi.restoreAllMocks();
    expect(await asked('http://127.0.0.1:1/status')).toEqual([at(1)]);
  });
});
