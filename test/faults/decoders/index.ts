import { decoders as data } from './data.ts';
import type { Decoder } from './decoder.ts';
import { decoders as engine } from './engine.ts';
import { decoders as money } from './money.ts';
import { decoders as peers } from './peers.ts';

/** Every reader of bytes that peers, files or receipts bring. A new one is a line in the file of its domain. */
export const decoders: readonly Decoder[] = [...peers, ...data, ...money, ...engine];
