import { expect, it } from 'vitest';
import { listDatanets, rememberDatanet } from './datanets.ts';

it('Datanets that are learnt at the same time are all remembered', async () => {
  const ids = ['one', 'two', 'three', 'four'];
  const description = { v: 1, type: 'datanet', name: 'Tides', summary: '', licence: 'CC0-1.0' } as const;
  await Promise.all(ids.map((id) => rememberDatanet(id, { description, mine: false })));
  expect((await listDatanets()).map(({ id }) => id).sort()).toEqual([...ids].sort());
});
