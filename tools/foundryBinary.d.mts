/** Path of the platform binary of a Foundry tool. */
export function foundryBinary(tool: 'forge' | 'anvil'): string;
