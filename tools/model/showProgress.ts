// One line that is overwritten on a terminal; elsewhere (logs) a line per tenth.

/** Returns a function to call with the bytes so far; the last call must pass the total. */
export function showProgress(totalBytes: number): (bytes: number) => void {
  let shown = -1;
  return (bytes) => {
    const percent = Math.floor((100 * bytes) / totalBytes);
    if (percent === shown || (!process.stdout.isTTY && Math.floor(percent / 10) === Math.floor(shown / 10))) return;
    shown = percent;
    const line = `  ${percent} %  ${(bytes / 1e6).toFixed(1)} of ${(totalBytes / 1e6).toFixed(1)} MB`;
    process.stdout.write(process.stdout.isTTY ? `\r${line}${percent === 100 ? '\n' : ''}` : `${line}\n`);
  };
}
