/** Writing, reading and importing safety copies, with the library of archives: loaded when somebody makes or opens one. */
export async function safetyCopies() {
  const [
    { hasPrivateKeys, safetyCopySize, writeSafetyCopy },
    { readSafetyCopy },
    { compareSafetyCopy, importSafetyCopy },
  ] = await Promise.all([
    import('./writeSafetyCopy.ts'),
    import('./readSafetyCopy.ts'),
    import('./importSafetyCopy.ts'),
  ]);
  return { compareSafetyCopy, hasPrivateKeys, importSafetyCopy, readSafetyCopy, safetyCopySize, writeSafetyCopy };
}
