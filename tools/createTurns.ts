// Serialises the output of concurrent programs on one screen: the first prints at once, the others' output is buffered until it
// has ended.

export type Write = (text: string | Uint8Array) => void;

export interface Turn {
  readonly write: Write;
  end(): void;
}

interface Speaker {
  readonly waiting: (string | Uint8Array)[];
  ended: boolean;
}

/** Turns are taken in the order in which they began. Nothing that was written is lost or mixed. */
export function createTurns(show: Write): { begin(): Turn } {
  const speakers: Speaker[] = [];

  function showFirst(): void {
    for (let first = speakers[0]; first !== undefined; first = speakers[0]) {
      for (const text of first.waiting.splice(0)) show(text);
      if (!first.ended) return;
      speakers.shift();
    }
  }

  return {
    begin() {
      const speaker: Speaker = { waiting: [], ended: false };
      speakers.push(speaker);
      return {
        write(text) {
          speaker.waiting.push(text);
          showFirst();
        },
        end() {
          speaker.ended = true;
          showFirst();
        },
      };
    },
  };
}
