import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectTo, createDialling, type DiallingPorts, dialWanted, offerDial, stopDialling } from './dialling.ts';
import type { PeerConnection } from './types.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const connection = (peer: string, kind: PeerConnection['kind'] = 'browser', direct = true): PeerConnection => ({
  peer,
  address: `/memory/${peer}`,
  direct,
  kind,
});

/** A network of one relay, in which a dial waits until the test ends it. */
function network({ online = true } = {}) {
  const connections: PeerConnection[] = online ? [connection('relay', 'relay')] : [];
  const dials: { readonly provider: string; succeed(): void; fail(): void; readonly signal: AbortSignal }[] = [];
  const ports: DiallingPorts = {
    id: 'self',
    isRelay: (peer) => peer.startsWith('relay'),
    connections: () => connections,
    countRoutes: () => connections.filter(({ kind }) => kind === 'relay').length,
    dial(provider, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason));
      dials.push({
        provider,
        signal,
        succeed() {
          connections.push(connection(provider));
          resolve();
        },
        fail: () => reject(new TypeError('no answer')),
      });
      return promise;
    },
  };
  const dialling = createDialling(ports);
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  return { dialling, dials, connections, settle, dialled: () => dials.map(({ provider }) => provider) };
}

it('answers with the open connection, joins a dial that is under way, and says who cannot be reached', async () => {
  const { dialling, dials, connections } = network();
  connections.push(connection('limited', 'browser', false), connection('near'));
  expect(await connectTo(dialling, 'near')).toMatchObject({ peer: 'near' });
  const both = [connectTo(dialling, 'limited'), connectTo(dialling, 'limited')];
  expect(dials).toHaveLength(1);
  dials[0]?.succeed();
  expect(await Promise.all(both)).toMatchObject([{ direct: true }, { direct: true }]);

  const failing = connectTo(dialling, 'gone');
  dials[1]?.fail();
  await expect(failing).rejects.toMatchObject({ code: 'PEER_UNREACHABLE', facts: { peer: 'gone', relays: 1 } });
  await expect(connectTo(dialling, 'self')).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  const offline = network({ online: false });
  await expect(connectTo(offline.dialling, 'far')).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  expect([...dials, ...offline.dials].map(({ provider }) => provider)).toEqual(['limited', 'gone']);
});

it('ends the waiting of one with its signal as ABORTED, that of no other, and a dial after twenty seconds as unreachable', async () => {
  const { dialling, dials } = network();
  const abort = new AbortController();
  const [stopped, other] = [connectTo(dialling, 'slow', abort.signal), connectTo(dialling, 'slow')];
  abort.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(connectTo(dialling, 'slow', abort.signal)).rejects.toMatchObject({ code: 'ABORTED' });
  dials[0]?.succeed();
  expect(await other).toMatchObject({ peer: 'slow' });
  expect(dials).toHaveLength(1);
  vi.useRealTimers();
  const timeout = vi
    .spyOn(AbortSignal, 'timeout')
    .mockReturnValue(AbortSignal.abort(new DOMException('', 'TimeoutError')));
  const late = network();
  const running = connectTo(late.dialling, 'slow');
  late.dials[0]?.fail();
  await expect(running).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
  expect(timeout).toHaveBeenCalledWith(20_000);
  timeout.mockRestore();
});

it('dials two wanted providers at a time, each once, and neither itself nor a relay', async () => {
  const { dialling, dials, dialled, settle } = network();
  for (const provider of ['self', 'relay', 'relay that is away', 'a', 'b', 'a', 'c']) offerDial(dialling, provider);
  expect(dialled()).toEqual(['a', 'b']);
  dials[0]?.succeed();
  await settle();
  expect(dialled()).toEqual(['a', 'b', 'c']);
  offerDial(dialling, 'a');
  expect([...dialling.wanted.keys()]).toEqual(['b', 'c']);
});

it('dials nobody unasked without a relay, and no more than twelve', async () => {
  const { dialling, connections, dialled } = network({ online: false });
  offerDial(dialling, 'a');
  expect(dialled()).toEqual([]);
  for (let index = 0; index < 12; index += 1) connections.push(connection(`peer${index}`));
  connections.push(connection('relay', 'relay'));
  dialWanted(dialling);
  expect(dialled()).toEqual([]);
  connections.shift();
  dialWanted(dialling);
  expect(dialled()).toEqual(['a']);
});

it('tries a provider five times with growing pauses, then forgets it', async () => {
  const { dialling, dials, dialled, settle } = network();
  offerDial(dialling, 'a');
  for (const pause of [2_000, 4_000, 8_000, 16_000]) {
    dials.at(-1)?.fail();
    await settle();
    const before = dials.length;
    await vi.advanceTimersByTimeAsync(pause - 1);
    expect(dials).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(dials).toHaveLength(before + 1);
  }
  dials.at(-1)?.fail();
  await settle();
  expect([dialled().length, dialling.wanted.size]).toEqual([5, 0]);
});

it('does not dial again once it is stopped', async () => {
  const { dialling, dials, dialled, settle } = network();
  for (const provider of ['a', 'b', 'c']) offerDial(dialling, provider);
  dials[0]?.fail();
  await settle();
  stopDialling(dialling);
  dials[1]?.fail();
  await vi.runAllTimersAsync();
  expect(dialled()).toEqual(['a', 'b', 'c']);
});
