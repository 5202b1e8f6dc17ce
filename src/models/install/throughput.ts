// Throughput over the last seconds, so that it follows the network and time left is honest. Units: bytes, seconds.

const WINDOW_MILLISECONDS = 10_000;

export interface Throughput {
  readonly bytesPerSecond?: number;
  readonly secondsLeft?: number;
}

/** Call `note` with each progress; it reports nothing in the first second. */
export function createThroughputMeter(now: () => number = () => performance.now()): {
  note(doneBytes: number, totalBytes: number): Throughput;
} {
  const points: { at: number; bytes: number }[] = [];
  return {
    note(doneBytes, totalBytes) {
      const at = now();
      points.push({ at, bytes: doneBytes });
      while (points.length > 2 && at - (points[0]?.at ?? at) > WINDOW_MILLISECONDS) points.shift();
      const [first] = points;
      if (first === undefined || at - first.at < 1000) return {};
      const bytesPerSecond = ((doneBytes - first.bytes) * 1000) / (at - first.at);
      if (bytesPerSecond <= 0) return { bytesPerSecond: 0 };
      return { bytesPerSecond, secondsLeft: Math.ceil((totalBytes - doneBytes) / bytesPerSecond) };
    },
  };
}
