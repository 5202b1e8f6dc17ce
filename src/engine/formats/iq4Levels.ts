// The table that IQ4_NL and IQ4_XS share.
import { expandTemplate } from '../kernels/expandTemplate.ts';
import levelsTemplate from './levels.wgsl?raw';

/** The sixteen levels of IQ4: denser near zero, as weights are. */
export const iq4Levels = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

export const iq4LevelsSource = expandTemplate(levelsTemplate, {
  TABLE: '0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u',
});
