import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addressGroup, createConnectionGuard } from './connectionGuard.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function world() {
  const guard = createConnectionGuard({
    handshakeMilliseconds: 5_000,
    pendingPerAddress: 2,
    pending: 4,
    openPerAddress: 2,
  });
  const ended: string[] = [];
  const begin = (name: string, host: string) => guard.begin(host, () => ended.push(name));
  return { guard, ended, begin };
}

it('ends what has no identity in time, and nothing that has', async () => {
  const { guard, ended, begin } = world();
  begin('silent', '10.0.0.1');
  const known = begin('known', '10.0.0.2');
  expect(known.establish()).toBe(true);
  begin('gone', '10.0.0.3').closed();
  await vi.advanceTimersByTimeAsync(4_999);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([ended, guard.pending()]).toEqual([['silent'], 0]);
});

it('lets a newcomer in for the oldest silent one of its address, and of all for one of the busiest address', () => {
  const { ended, begin } = world();
  for (const [name, host] of [
    ['a1', '10.0.0.1'],
    ['b1', '10.0.0.2'],
    ['a2', '10.0.0.1'],
    ['a3', '10.0.0.1'],
  ] as const)
    begin(name, host);
  expect(ended).toEqual(['a1']);
  begin('c1', '10.0.0.3');
  expect(ended).toEqual(['a1']);
  begin('d1', '10.0.0.4');
  expect(ended).toEqual(['a1', 'a2']);
});

it('limits the open connections of an address, until one of them ends', () => {
  const { begin } = world();
  const [one, two, three] = ['1', '2', '3'].map((name) => begin(name, '10.0.0.1'));
  expect([one?.establish(), one?.establish(), two?.establish(), three?.establish()]).toEqual([true, true, true, false]);
  expect(begin('other', '10.0.0.2').establish()).toBe(true);
  one?.closed();
  one?.closed();
  expect([begin('4', '10.0.0.1').establish(), begin('5', '10.0.0.1').establish()]).toEqual([true, false]);
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (host, group) => {
  expect(addressGroup(host)).toBe(group);
});
