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
  /** In the order in which they came. */
  readonly number: number;
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
  /** What waits, by member; of each the one that came first in front. */
  const queues = new Map<string, Waiting[]>();
  let waiting = 0;
  let running = 0;

  const mayRun = ({ group, member }: Turn): boolean =>
    running < concurrent &&
    groups.of(group).running < concurrentPerGroup &&
    members.of(member).running < concurrentPerMember;
  const count = ({ group, member }: Turn, kind: 'running' | 'waiting', change: 1 | -1): void => {
    groups.of(group)[kind] += change;
    members.of(member)[kind] += change;
    if (kind === 'running') running += change;
    else waiting += change;
  };

  /** Of what may run now: least time used first; of equal ones the one that came first. */
  function findNext(): Waiting | undefined {
    let next: Waiting | undefined;
    for (const [candidate] of queues.values()) {
      if (candidate === undefined || !mayRun(candidate)) continue;
      const order =
        next === undefined
          ? -1
          : groups.of(candidate.group).used - groups.of(next.group).used ||
            members.of(candidate.member).used - members.of(next.member).used ||
            candidate.number - next.number;
      if (order < 0) next = candidate;
    }
    return next;
  }

  function startNext(): void {
    for (let next = findNext(); next !== undefined; next = findNext()) {
      const own = queues.get(next.member);
      own?.shift();
      if (own?.length === 0) queues.delete(next.member);
      count(next, 'waiting', -1);
      count(next, 'running', 1);
      next.start();
    }
  }

  function enqueue(turn: Turn, start: () => void): void {
    last += 1;
    const own = queues.get(turn.member) ?? [];
    own.push({ ...turn, start, number: last });
    queues.set(turn.member, own);
    count(turn, 'waiting', 1);
    startNext();
  }
  let last = 0;

  return async (turn, work) => {
    const isFull =
      waiting >= parameters.waiting ||
      groups.of(turn.group).waiting >= parameters.waitingPerGroup ||
      members.of(turn.member).waiting >= parameters.waitingPerMember;
    if (isFull && !mayRun(turn)) throw full();
    await new Promise<void>((resolve) => enqueue(turn, resolve));
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
