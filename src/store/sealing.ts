/** Sealing and opening private keys: loaded when somebody locks or unlocks them. */
export async function sealing() {
  const { openKeys, sealKeys } = await import('./sealKeys.ts');
  return { openKeys, sealKeys };
}
