// The public calls that a case can name. Each file has the calls of one domain; it is loaded when a case names one of them.
import type { Call } from './call.ts';

const domains: Readonly<Record<string, () => Promise<Readonly<Record<string, Call>>>>> = {
  money: async () => (await import('./money.ts')).calls,
  rows: async () => (await import('./rows.ts')).calls,
};

/** The call of the name `domain.verb`. Throws when there is none. */
export async function findCall(name: string): Promise<Call> {
  const [domain = '', verb = ''] = name.split('.');
  const call = (await domains[domain]?.())?.[verb];
  if (call === undefined) throw new Error(`No public call is known as "${name}" (test/cases/calls).`);
  return call;
}
