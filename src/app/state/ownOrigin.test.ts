import { expect, test } from 'vitest';
import { isSharedOrigin, requireOwnOrigin } from './ownOrigin.ts';

const cid = `bafybei${'a'.repeat(52)}`;

test.each([
  `https://ipfs.io/ipfs/${cid}/`,
  `https://ipfs.io/ipfs/Qm${'a'.repeat(44)}/index.html#/chat`,
  'https://gateway.example/ipns/tributary.example/',
  `http://127.0.0.1:8080/ipfs/${cid}`,
  `https://host.example/%69pfs/${cid}/`,
  `https://host.example//ipfs/${cid}/`,
  `https://host.example/gateway/ipfs/${cid}/`,
  `https://host.example/bzz/${'a'.repeat(64)}/`,
])('%s is shared with other sites', (address) => {
  expect(isSharedOrigin(address)).toBe(true);
  expect(() => requireOwnOrigin(address)).toThrowError(expect.objectContaining({ code: 'APP_SHARED_ORIGIN' }));
});

test.each([
  `https://${cid}.ipfs.dweb.link/`,
  `http://${cid}.ipfs.localhost:8080/#/ipfs/${cid}`,
  'https://tributary.example/',
  'https://tributary.example/app/ipfs/',
  'https://tributary.example/docs/ipfs/overview/',
  'https://tributary.example/ipfs',
  'https://tributary.example/%zz/',
  'http://127.0.0.1:4173/',
])('%s is an origin of its own', (address) => {
  expect(isSharedOrigin(address)).toBe(false);
  expect(() => requireOwnOrigin(address)).not.toThrow();
});
