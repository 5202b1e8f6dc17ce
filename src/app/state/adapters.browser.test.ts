import { afterEach, expect, test } from 'vitest';
import { database } from '../../store/index.ts';
import { adapterData } from '../../workflows/adapters/adapterRecord.ts';
import { acceptOtherBase, findAdapter } from './adapters.ts';

const id = 'fetched';
afterEach(() => database().adapters.delete(id));

test('that an adapter is wanted on another model is kept with it, for that model, beside what else is known of it', async () => {
  const data = { author: '0xa', baseSha256: 'b'.repeat(64) };
  await database().adapters.put({ id, name: 'Tides', modelId: 'm', datanetIds: [], createdAt: 1, files: [], data });
  const adapter = await findAdapter(id);
  if (adapter === undefined) throw new Error('The adapter is not listed.');
  await acceptOtherBase(adapter);
  await acceptOtherBase(adapter);
  await acceptOtherBase({ ...adapter, modelId: 'n' });
  expect(adapterData((await findAdapter(id)) ?? {})).toEqual({ ...data, acceptedModels: ['m', 'n'] });
});
