// Turns for work that strangers ask for: whoever has used the least time goes first, so that one who asks for much, or for what
// takes long, slows only himself. Members (identities, which are free) belong to groups (addresses, which are not), and time is
// shared among groups first. It does not know what the work is. Units: milliseconds.
import type { TributaryError } from './errors.ts';

export interface FairQueueParameters {
  /** Pieces of work at once. */
  readonly concurrent: number;
  /** Of them, how many may be of one group and of one member. */
  readonly concurrentPerGroup: number;
  readonly concurrentPerMember: number;
  /** Pieces of work that may wait: in all, and of one group and of one member. */
  readonly waiting: number;
  readonly waitingPerGroup: number;
  readonly waitingPerMember: number;
  /** What work is refused with when too much waits. */
  readonly full: () => TributaryError;
  readonly now: () => number;
}

export interface Turn {
  readonly group: string;
  readonly member: string;
}

/** Runs `work` at its turn. Rejects with `full()`, without running it, when too much waits already. */
export type WithTurn = <Result>(turn: Turn, work: () => Promise<Result>) => Promise<Result>;

interface Usage {
  running: number;
  waiting: number;
  /** Time used so far. */
  used: number;
}

interface Waiting extends Turn {
  readonly start: () => void;
}

/** Those whose time is remembered after they have left, newest last. */
const MAX_REMEMBERED = 4_096;

/** Time used by name. One that comes new starts at what the least busy one present has used, so that waiting saves nothing up. */
function createUsages(): { of(name: string): Usage; trim(): void } {
  const usages = new Map<string, Usage>();
  return {
    of(name) {
      const known = usages.get(name);
      if (known !== undefined) return known;
      const present = [...usages.values()].filter(({ running, waiting }) => running + waiting > 0);
      const used = present.length === 0 ? 0 : Math.min(...present.map((usage) => usage.used));
      const usage = { running: 0, waiting: 0, used };
      usages.set(name, usage);
      return usage;
    },
    trim() {
      for (const [name, { running, waiting }] of usages) {
        if (usages.size <= MAX_REMEMBERED) return;
        if (running + waiting === 0) usages.delete(name);
      }
    },
  };
}

export function createFairQueue(parameters: FairQueueParameters): WithTurn {
  const { concurrent, concurrentPerGroup, concurrentPerMember, full, now } = parameters;
  const groups = createUsages();
  const members = createUsages();
  const queue = new Set<Waiting>();
  let running = 0;

  const mayRun = ({ group, member }: Turn): boolean =>
    running < concurrent &&
    groups.of(group).running < concurrentPerGroup &&
    members.of(member).running < concurrentPerMember;
  const count = ({ group, member }: Turn, kind: 'running' | 'waiting', change: 1 | -1): void => {
    groups.of(group)[kind] += change;
    members.of(member)[kind] += change;
    if (kind === 'running') running += change;
  };

  /** Starts what may run, least time used first; of equal ones the one that came first. */
  function startNext(): void {
    for (;;) {
      let next: Waiting | undefined;
      let least: readonly [number, number] = [0, 0];
      for (const candidate of queue) {
        if (!mayRun(candidate)) continue;
        const used = [groups.of(candidate.group).used, members.of(candidate.member).used] as const;
        if (next !== undefined && (used[0] > least[0] || (used[0] === least[0] && used[1] >= least[1]))) continue;
        next = candidate;
        least = used;
      }
      if (next === undefined) return;
      queue.delete(next);
      count(next, 'waiting', -1);
      count(next, 'running', 1);
      next.start();
    }
  }

  return async (turn, work) => {
    const isFull =
      queue.size >= parameters.waiting ||
      groups.of(turn.group).waiting >= parameters.waitingPerGroup ||
      members.of(turn.member).waiting >= parameters.waitingPerMember;
    if (isFull && !mayRun(turn)) throw full();
    await new Promise<void>((resolve) => {
      queue.add({ ...turn, start: resolve });
      count(turn, 'waiting', 1);
      startNext();
    });
    const began = now();
    try {
      return await work();
    } finally {
      const used = now() - began;
      groups.of(turn.group).used += used;
      members.of(turn.member).used += used;
      count(turn, 'running', -1);
      groups.trim();
      members.trim();
      startNext();
    }
  };
}
