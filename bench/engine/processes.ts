// The resource use of a process and all its descendants, since a browser computes in many processes. Linux only; elsewhere
// it reports nothing.
import { readdirSync, readFileSync } from 'node:fs';

/** /proc counts CPU time in ticks of this length on every Linux. */
const TICKS_PER_SECOND = 100;

interface ProcessUse {
  readonly parent: number;
  readonly processorSeconds: number;
}

function processUse(id: string): ProcessUse | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${id}/stat`, 'utf8');
  } catch {
    // It ended while the list was read.
    return undefined;
  }
  // The name in brackets may contain spaces.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    processorSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

/** The processes under `root`, without `root` itself. */
function descendants(root: number): Map<number, ProcessUse> {
  const all = new Map<number, ProcessUse>();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const use = processUse(id);
    if (use !== undefined) all.set(Number(id), use);
  }
  const found = new Map<number, ProcessUse>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [id, use] of all) {
      if (found.has(id) || (use.parent !== root && !found.has(use.parent))) continue;
      found.set(id, use);
      grown = true;
    }
  }
  return found;
}

/** CPU seconds of the processes under this one. */
export function childProcessorSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return [...descendants(process.pid).values()].reduce((total, { processorSeconds }) => total + processorSeconds, 0);
}

/** Memory of the processes under this one; shared memory counts once. */
export function childResidentBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return [...descendants(process.pid).keys()].reduce((total, id) => {
    try {
      const [, kibibytes = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8')) ?? [];
      return total + Number(kibibytes) * 1024;
    } catch {
      // It ended, or its details are not readable.
      return total;
    }
  }, 0);
}
