import type { GossipSub } from '@libp2p/gossipsub';
import { expect, it } from 'vitest';
import type { Cid } from '../lib/units.ts';
import { gossipOver, joinGossip } from './gossip.ts';
import { encodeAnnouncement } from './protocol.ts';
import type { Head } from './types.ts';

const TOPIC = '/tributary/heads/1';
const cid = 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' as Cid;
const announcement = { kind: 'adapter', scope: 'a', cid } as const;

type Validate = (peer: unknown, message: { type: string; data: Uint8Array }) => unknown;

/** The part of gossipsub that is used. */
class FakePubsub extends EventTarget {
  readonly topicValidators = new Map<string, Validate>();
  readonly subscribed: string[] = [];
  readonly published: [string, Uint8Array][] = [];
  readonly subscribers: string[] = [];
  subscribe(topic: string): void {
    this.subscribed.push(topic);
  }
  getSubscribers(topic: string): string[] {
    return topic === TOPIC ? this.subscribers : ['of another topic'];
  }
  async publish(topic: string, data: Uint8Array) {
    this.published.push([topic, data]);
    return { recipients: this.subscribers.map((name) => ({ toString: () => name })) };
  }
  hear(detail: object): void {
    this.dispatchEvent(new CustomEvent('message', { detail }));
  }
}

function join() {
  const pubsub = new FakePubsub();
  const heard: Head[] = [];
  let subscriptions = 0;
  const leave = joinGossip({
    pubsub: pubsub as unknown as GossipSub,
    onAnnouncement: (head) => heard.push(head),
    onSubscription: () => {
      subscriptions += 1;
    },
  });
  return { pubsub, heard, leave, subscriptions: () => subscriptions };
}
const data = encodeAnnouncement(announcement);
const from = { toString: () => 'alice' };

it('hears well-formed announcements of its topic, each of who signed it, until it leaves', () => {
  const { pubsub, heard, leave, subscriptions } = join();
  expect(pubsub.subscribed).toEqual([TOPIC]);
  pubsub.hear({ topic: TOPIC, data, from });
  for (const odd of [
    { topic: 'other', data, from },
    { topic: TOPIC, data: Uint8Array.of(0xff), from },
    { topic: TOPIC, data },
  ])
    pubsub.hear(odd);
  pubsub.dispatchEvent(new Event('subscription-change'));
  leave();
  pubsub.hear({ topic: TOPIC, data, from });
  pubsub.dispatchEvent(new Event('subscription-change'));
  expect([heard, subscriptions()]).toEqual([[{ ...announcement, provider: 'alice' }], 1]);
});

it('passes on what is signed and well-formed alone', () => {
  const { pubsub } = join();
  const validate = pubsub.topicValidators.get(TOPIC) as Validate;
  expect(validate(from, { type: 'signed', data })).toBe('accept');
  expect(validate(from, { type: 'unsigned', data })).toBe('reject');
  expect(validate(from, { type: 'signed', data: Uint8Array.of(0xff) })).toBe('reject');
});

it('publishes in its topic, and knows whether somebody listens', async () => {
  const pubsub = new FakePubsub();
  const gossip = gossipOver(pubsub as unknown as GossipSub);
  expect(gossip.hasSubscribers()).toBe(false);
  pubsub.subscribers.push('bob');
  expect(gossip.hasSubscribers()).toBe(true);
  expect(await gossip.publish(data)).toEqual(['bob']);
  expect(pubsub.published).toEqual([[TOPIC, data]]);
});
