// Ports of tests answer at once, which real ones never do: what does not wait for them would go unnoticed.

/** More turns of the event loop's promises than code takes that goes on without waiting. */
const TURNS = 50;

type Work = (...parameters: never[]) => Promise<unknown>;

const isAsync = (value: unknown): value is Work =>
  typeof value === 'function' && value.constructor.name === 'AsyncFunction';

/** The same ports, each of whose `async` functions begins its work only after a while. Others are as they were. */
export function answeringLate<Ports extends object>(ports: Ports): Ports {
  const entries = Object.entries(ports).map(([name, port]: [string, unknown]) => {
    if (!isAsync(port)) return [name, port];
    const late: Work = async (...parameters) => {
      for (let turn = 0; turn < TURNS; turn += 1) await undefined;
      return port.apply(ports, parameters);
    };
    return [name, late];
  });
  return { ...ports, ...Object.fromEntries(entries) };
}
