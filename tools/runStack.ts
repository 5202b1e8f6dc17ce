// Shared by `npm start` and `npm run dev`: the stack on free ports, its URL on the screen, and shutdown by Ctrl+C.
import { toTributaryError } from '../src/lib/errors.ts';
import { isPortFree, type Ports, type Stack, type StackParameters, startStack } from './localStack.ts';

export interface RunStackParameters extends Pick<StackParameters, 'directory' | 'serve'> {
  /** The default ports, if they are free. */
  readonly ports: Ports;
  /** Printed below the URL. */
  readonly note: string;
  /** Runs before anything starts, for example a build. */
  readonly prepare?: () => Promise<void>;
}

/** The usual ports, or the next free ones: the browser's data belongs to the app's port, so a change is said. */
async function choosePorts(usualPorts: Ports): Promise<Ports> {
  const chosen = new Set<number>();
  const entries: [string, number][] = [];
  for (const [name, usual] of Object.entries(usualPorts) as [string, number][]) {
    let port = usual;
    while (chosen.has(port) || !(await isPortFree(port))) port += 10;
    if (port !== usual) console.log(`Port ${usual} (${name}) is taken by another program; using ${port}.`);
    chosen.add(port);
    entries.push([name, port]);
  }
  return Object.fromEntries(entries) as unknown as Ports;
}

/** Runs until Ctrl+C, then stops everything and ends the process; ends it with an error when something does not start. */
export async function runStack({ ports, note, prepare, ...parameters }: RunStackParameters): Promise<void> {
  let stack: Stack | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // What has been started before the stack stands ends with this process.
    await stack?.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  try {
    await prepare?.();
    stack = await startStack({
      ...parameters,
      ports: await choosePorts(ports),
      report: (line) => console.log(line),
    });
    console.log(`\n  Tributary is at ${stack.url}\n\n  ${note}\n`);
  } catch (error) {
    console.error(`Tributary did not start: ${toTributaryError(error).message}`);
    process.exit(1);
  }
}
