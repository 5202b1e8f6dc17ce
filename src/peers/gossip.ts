// Gossip of announcements: only signed, well-formed ones are passed on and heard. It has no history; `heads.ts` makes up for it.
import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub';
import { decodeAnnouncement, HEADS_TOPIC } from './protocol.ts';
import type { Head } from './types.ts';

/** The part of gossip that announces. */
export interface Gossip {
  hasSubscribers(): boolean;
  /** Returns the peers that it was sent to. */
  publish(bytes: Uint8Array): Promise<readonly string[]>;
}

export interface JoinGossipParameters {
  readonly pubsub: GossipSub;
  readonly onAnnouncement: (head: Head) => void;
  /** A peer has joined or left. */
  readonly onSubscription: () => void;
}

export function gossipOver(pubsub: GossipSub): Gossip {
  return {
    hasSubscribers: () => pubsub.getSubscribers(HEADS_TOPIC).length > 0,
    publish: async (bytes) => (await pubsub.publish(HEADS_TOPIC, bytes)).recipients.map(String),
  };
}

/** Subscribes to announcements. Returns the end of listening. */
export function joinGossip({ pubsub, onAnnouncement, onSubscription }: JoinGossipParameters): () => void {
  pubsub.topicValidators.set(HEADS_TOPIC, (_, message) =>
    message.type === 'signed' && decodeAnnouncement(message.data) !== null
      ? TopicValidatorResult.Accept
      : TopicValidatorResult.Reject,
  );
  const onMessage = (({
    detail: { topic, data, from },
  }: CustomEvent<{ topic: string; data: Uint8Array; from?: { toString(): string } }>): void => {
    const announcement = topic === HEADS_TOPIC ? decodeAnnouncement(data) : null;
    if (announcement !== null && from !== undefined) onAnnouncement({ ...announcement, provider: from.toString() });
  }) as EventListener;
  pubsub.addEventListener('message', onMessage);
  pubsub.addEventListener('subscription-change', onSubscription);
  pubsub.subscribe(HEADS_TOPIC);
  return () => {
    pubsub.removeEventListener('message', onMessage);
    pubsub.removeEventListener('subscription-change', onSubscription);
  };
}
