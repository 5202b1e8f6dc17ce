// Continuous integration tries the same random cases each time, so that what fails there is what was changed. Every other run tries
// new ones, and prints the seed of what it finds.
import fc from 'fast-check';

const isFixed = process.env['CI'] !== undefined;

export const seed: number = isFixed ? 7 : Math.floor(Math.random() * 2 ** 31);

if (isFixed) fc.configureGlobal({ seed });
