import { afterEach, expect, it, vi } from 'vitest';
import { openIdbState } from './idbState.ts';

afterEach(() => void vi.restoreAllMocks());

it('stores any key, replaces, deletes, and is one for all tabs', async () => {
  const name = `test-${crypto.randomUUID()}`;
  const [one, other] = [await openIdbState(name), await openIdbState(name)];
  expect(await one.entries()).toEqual([]);
  // Of a view its own bytes alone, and not those of the buffer behind it.
  await one.put('b', new Uint8Array(1_000).fill(7).subarray(10, 12));
  await one.put('a/1', Uint8Array.of(1));
  await one.put('a/1', Uint8Array.of(2));
  await one.put('gone', Uint8Array.of(3));
  await one.delete('gone');
  await one.delete('never there');
  expect(await other.entries()).toEqual([
    ['a/1', Uint8Array.of(2)],
    ['b', Uint8Array.of(7, 7)],
  ]);
  expect((await other.entries())[1]?.[1].buffer.byteLength).toBe(2);
  for (const state of [one, other]) await state.close();
  await expect(one.put('late', Uint8Array.of(1))).rejects.toThrow();
});

it('a write that is taken back in the end, as on a full disk, is a failure', async () => {
  const state = await openIdbState(`test-${crypto.randomUUID()}`);
  await state.put('a', Uint8Array.of(1));
  const { put } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...parameters) {
    const request = put.apply(this, parameters);
    request.addEventListener('success', () => request.transaction?.abort());
    return request;
  });
  await expect(state.put('a', Uint8Array.of(2))).rejects.toMatchObject({ name: 'AbortError' });
  vi.restoreAllMocks();
  expect(await state.entries()).toEqual([['a', Uint8Array.of(1)]]);
  await state.close();
});
