import { expect, test } from 'vitest';
import { parseAddress } from './parseAddress.ts';

const hub = 'https://mirror.example/hf';
const cid = 'bafybeiem5os2x6eh223giwxbvedsxdq767mhz46qza4wrsqgu54ejr43ye';

test.each([
  ['owner/some-model', { kind: 'hub', repository: 'owner/some-model' }],
  [' owner/some.model@v1.0 ', { kind: 'hub', repository: 'owner/some.model', revision: 'v1.0' }],
  ['https://huggingface.co/owner/m', { kind: 'hub', repository: 'owner/m' }],
  ['https://huggingface.co/owner/m/tree/refs-x', { kind: 'hub', repository: 'owner/m', revision: 'refs-x' }],
  ['https://mirror.example/hf/owner/m/resolve/abc/x.gguf', { kind: 'hub', repository: 'owner/m', revision: 'abc' }],
  ['https://files.example/a/x.gguf?sig=1', { kind: 'url', url: 'https://files.example/a/x.gguf?sig=1' }],
  ['https://files.example/a/config.json', { kind: 'url', url: 'https://files.example/a/config.json' }],
  [cid, { kind: 'ipfs', cid, path: '' }],
  [`ipfs://${cid}/sub/x.gguf`, { kind: 'ipfs', cid, path: 'sub/x.gguf' }],
  [`https://gate.example/ipfs/${cid}/a%20b`, { kind: 'ipfs', cid, path: 'a b', gateway: 'https://gate.example' }],
  [`https://${cid}.ipfs.gate.example/x`, { kind: 'ipfs', cid, path: 'x', gateway: 'https://gate.example' }],
])('%s', (text, address) => {
  expect(parseAddress(text, hub)).toEqual(address);
});

test.each([
  '',
  'a word',
  'owner/m/x',
  'https://files.example/page.html',
  'ftp://x.example/x.gguf',
  'owner/..',
  'ipfs://nothing',
  '../x/y',
  'https://huggingface.co/owner/%E0%A4%A',
  'https://files.example/%E0%A4%A.gguf',
  `ipfs://${cid}/%E0%A4%A`,
])('no place of a model: %s', (text) => {
  expect(() => parseAddress(text, hub)).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID' }));
});
