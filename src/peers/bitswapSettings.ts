// Of the protocol that moves blocks, where its defaults do not suit the peers here.

/** A message has up to 4 MiB: ten seconds, the default, leave out everybody whose line takes less than 3.4 Mbit/s upwards. */
const MESSAGE_MILLISECONDS = 60_000;
/** Senders open one for each message, of which each may be held in memory in part; by default a thousand of one connection. */
const MAX_INBOUND_STREAMS = 64;

export const bitswapSettings = {
  messageSendTimeout: MESSAGE_MILLISECONDS,
  messageReceiveTimeout: MESSAGE_MILLISECONDS,
  maxInboundStreams: MAX_INBOUND_STREAMS,
} as const;
