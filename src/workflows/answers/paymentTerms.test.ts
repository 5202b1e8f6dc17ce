import { expect, test } from 'vitest';
import { ledgerCid } from '../../settlement/index.ts';
import { address, createFakeChain, DEPLOYMENT, type FakeModel, word } from '../testing/fakeChain.ts';
import { memoryPayments } from '../testing/memory.ts';
import { type PayableAdapter, paymentTerms } from './paymentTerms.ts';

const modelId = word(0xabc);
const manifestDigest = word(0x77);
const manifest = ledgerCid(manifestDigest);
const model: FakeModel = { id: modelId, owner: address(1), ownerBps: 1_500, price: 42n, manifests: [manifestDigest] };
const terms = { modelId, price: 42n, ownerBps: 1_500 };

function ask(adapter: Partial<PayableAdapter>, models: readonly FakeModel[] = [model]) {
  const chain = createFakeChain({
    models,
    deployment: { ...DEPLOYMENT, models: [{ slug: 'lamps', id: modelId, datanets: [] }] },
  });
  const { ports } = memoryPayments(chain, () => 0);
  return paymentTerms({ adapter: { id: 'x', source: 'browser', ...adapter }, ports });
}

test('an adapter of the deployment has the terms of its model', async () => {
  expect(await ask({ id: 'lamps', source: 'config' })).toStrictEqual(terms);
});

test('an adapter of this browser has them when the chain lists its manifest as a version', async () => {
  expect(await ask({ manifest, data: { modelId } })).toStrictEqual(terms);
  expect(await ask({ manifest, data: { modelId: `0x${modelId.slice(2).toUpperCase()}` } })).toStrictEqual(terms);
});

test('a manifest that only names a model of somebody else is not paid as it', async () => {
  expect(await ask({ manifest: ledgerCid(word(0x78)), data: { modelId } })).toBeUndefined();
  expect(await ask({ manifest, data: { modelId } }, [{ ...model, manifests: [] }])).toBeUndefined();
});

test('no terms without an active model on chain', async () => {
  expect(await ask({ data: { modelId: word(0xdef) } })).toBeUndefined();
  for (const status of ['proposed', 'disputed', 'rejected', 'retired'] as const) {
    expect(await ask({ manifest, data: { modelId } }, [{ ...model, status }])).toBeUndefined();
  }
});

test('the chain is not opened for an adapter that names no model', async () => {
  for (const data of [undefined, null, 'text', {}, { modelId: 7 }, { modelId: '0x12' }]) {
    const { ports } = memoryPayments(createFakeChain({ models: [model] }), () => 0);
    const closed = { ...ports, chain: () => Promise.reject(new Error('opened')) };
    expect(await paymentTerms({ adapter: { id: 'x', source: 'browser', data }, ports: closed })).toBeUndefined();
  }
});

test('a version that the chain has confirmed is not asked for again, one that it has not is', async () => {
  const chain = createFakeChain({ models: [model] });
  const { ports } = memoryPayments(chain, () => 0);
  let asked = 0;
  const { versions } = chain;
  chain.versions = (parameters) => {
    asked += 1;
    return versions(parameters);
  };
  const adapter = { id: 'x', source: 'browser', manifest, data: { modelId } } as const;
  await paymentTerms({ adapter, ports });
  expect(await paymentTerms({ adapter, ports })).toStrictEqual(terms);
  expect(asked).toBe(1);
  const unlisted = { ...adapter, manifest: ledgerCid(word(0x78)) };
  await paymentTerms({ adapter: unlisted, ports });
  await paymentTerms({ adapter: unlisted, ports });
  expect(asked).toBe(3);
});
