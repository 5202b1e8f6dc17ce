import { partsSuite } from '../partsSuite.ts';
import { hostilePeers } from './hostilePeers.ts';
import { killedRelay } from './kills.ts';
import { replaced } from './replaced.ts';

export const relaySuite = partsSuite(
  'relay',
  'A relay that is replaced or attacked: what honest contributors announce is kept in the end.',
  [replaced, hostilePeers],
);

export const killsSuite = partsSuite('kills', 'Programs that are killed at random moments and started again.', [
  killedRelay,
]);
