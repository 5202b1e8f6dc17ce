// The weight formats by name. To add one: its file, its WGSL, and a line here.

import { bf16 } from './bf16.ts';
import type { BlockFormat } from './blockFormat.ts';
import { f16 } from './f16.ts';
import { iq4_nl } from './iq4_nl.ts';
import { iq4_xs } from './iq4_xs.ts';
import { mxfp4 } from './mxfp4.ts';
import { q2_k } from './q2_k.ts';
import { q3_k } from './q3_k.ts';
import { q4_0 } from './q4_0.ts';
import { q4_1 } from './q4_1.ts';
import { q4_k } from './q4_k.ts';
import { q5_0 } from './q5_0.ts';
import { q5_1 } from './q5_1.ts';
import { q5_k } from './q5_k.ts';
import { q6_k } from './q6_k.ts';
import { q8_0 } from './q8_0.ts';

/** All block formats. `f32` is not one: its values are the tensor. */
export const blockFormats = {
  f16,
  bf16,
  q4_0,
  q4_1,
  q5_0,
  q5_1,
  q8_0,
  q2_k,
  q3_k,
  q4_k,
  q5_k,
  q6_k,
  iq4_nl,
  iq4_xs,
  mxfp4,
} as const satisfies Readonly<Record<string, BlockFormat>>;

export type BlockFormatName = keyof typeof blockFormats;

/** Formats of a weight, in files and on devices. */
export type WeightFormat = 'f32' | BlockFormatName;

export const blockFormatNames = Object.keys(blockFormats) as readonly BlockFormatName[];

export const weightFormats: readonly WeightFormat[] = ['f32', ...blockFormatNames];

/** The description of a format. */
export const blockFormat = (name: BlockFormatName): BlockFormat => blockFormats[name];
