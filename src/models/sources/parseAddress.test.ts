import { expect, test } from 'vitest';
import { parseAddress } from './parseAddress.ts';

const hub = 'https://mirror.example/hf';
const cid = 'bafybeiem5os2x6eh223giwxbvedsxdq767mhz46qza4wrsqgu54ejr43ye';

const on = { kind: 'hub', repository: 'o/n' };

test.each([
  ['owner/some-model', { kind: 'hub', repository: 'owner/some-model' }],
  [' owner/some.model@v1.0 ', { kind: 'hub', repository: 'owner/some.model', revision: 'v1.0' }],
  ['https://huggingface.co/owner/m', { kind: 'hub', repository: 'owner/m' }],
  ['https://huggingface.co/owner/m/tree/refs-x', { kind: 'hub', repository: 'owner/m', revision: 'refs-x' }],
  ['https://mirror.example/hf/owner/m/resolve/abc/x.gguf', { kind: 'hub', repository: 'owner/m', revision: 'abc' }],
  ['https://huggingface.co/o/n/resolve/refs%2Fpr%2F3/model.gguf', { ...on, revision: 'refs/pr/3' }],
  ['https://huggingface.co/o/n/tree/refs/pr/3', { ...on, revision: 'refs/pr/3' }],
  ['https://huggingface.co/o/n/blob/refs%2Fconvert%2Fgguf/a/b.gguf', { ...on, revision: 'refs/convert/gguf' }],
  ['https://huggingface.co/o/n/resolve/main/x.gguf?download=true', { ...on, revision: 'main' }],
  ['https://huggingface.co/o/n/raw/feature%2Fx/config.json', { ...on, revision: 'feature/x' }],
  ['huggingface.co/o/n/', on],
  ['www.huggingface.co/o/n', on],
  ['http://huggingface.co/o/n', on],
  ['HTTPS://HuggingFace.co/o/n#model-card', on],
  ['https://huggingface.co/o/n?library=transformers', on],
  ['https://huggingface.co/o/n/discussions/3', on],
  ['https://huggingface.co/o/n.git', on],
  ['https://huggingface.co/api/models/o/n', on],
  ['hf.co/o/n:Q4_K_M', on],
  ['https://hf.co/o/n:Q4_K_M', on],
  ['hf://o/n@refs/pr/3', { ...on, revision: 'refs/pr/3' }],
  ['o/n:Q4_K_M', on],
  ['hf://o/n@main/x.gguf', { ...on, revision: 'main' }],
  ['hf://o/n/x.gguf', on],
  ['https://huggingface.co/o/n/blob/main/a@b.gguf', { ...on, revision: 'main' }],
  ['https://huggingface.co/api/models/o/n/revision/v1', { ...on, revision: 'v1' }],
  ['\u201co/n\u201d', on],
  ['o/n@feature/x', { ...on, revision: 'feature/x' }],
  ['o/n/', on],
  ['o/n#files', on],
  ['o/n/tree/main', { ...on, revision: 'main' }],
  ['\u200b "o/n"\n', on],
  ['<https://huggingface.co/o/n>', on],
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
  'gpt2',
  'https://huggingface.co/gpt2',
  'https://huggingface.co/gpt2/',
  'hf.co/gpt2',
  'https://huggingface.co/gpt2/resolve/main/x.gguf',
  'https://huggingface.co/gpt2/tree/main',
  'https://huggingface.co/datasets/o/n/resolve/main/x.gguf',
  'https://mirror.example/hf/spaces/o/n/blob/main/config.json',
  'o/n@../x',
  'https://huggingface.co/o/n/tree/..%2F..',
  'https://huggingface.co/',
  'https://huggingface.co/datasets/o/n',
  'datasets/o/n',
  'https://huggingface.co/spaces/o/n',
  'https://huggingface.co/collections/o/some-abc',
  'https://huggingface.co/papers/2401.00001',
  'https://huggingface.co/docs/transformers',
  'https://huggingface.co/models?search=x',
  'https://huggingface.co/o%2Fn',
  'https://mirror.example/hfx/o/n',
  'https://huggingface.co.evil.example/o/n',
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
