// The live state of something that one tab does, for the other tabs: sent with every change, asked for by a tab that opens, and gone
// with the tab, also when that was killed (its Web Lock is free then).
import { type Accessor, createSignal } from 'solid-js';

export interface TabShare<Value> {
  /** What another tab shows; undefined when none does. A signal. */
  readonly elsewhere: Accessor<Value | undefined>;
  /** What this tab does now; undefined when it has ended. */
  show(value: Value | undefined): void;
  /** Asks the tab that does it to stop. */
  askToStop(): void;
}

type Message<Value> =
  | { readonly kind: 'who' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'value'; readonly value: Value | undefined };

/** Values survive structured clone. `stop`: what this tab does when another asks it to. */
export function createTabShare<Value>(name: string, stop: () => void): TabShare<Value> {
  const lockName = `tributary-share-${name}`;
  const channel = new BroadcastChannel(lockName);
  const [elsewhere, setElsewhere] = createSignal<Value | undefined>();
  let mine: Value | undefined;
  let end: (() => void) | undefined;
  let watching = false;

  const send = (message: Message<Value>): void => channel.postMessage(message);

  function watch(): void {
    if (watching) return;
    watching = true;
    void navigator.locks.request(lockName, { mode: 'shared' }, () => {
      watching = false;
      setElsewhere(undefined);
    });
  }

  channel.onmessage = ({ data }: MessageEvent<Message<Value>>) => {
    if (data.kind === 'stop') {
      if (mine !== undefined) stop();
    } else if (data.kind === 'who') {
      if (mine !== undefined && end !== undefined) send({ kind: 'value', value: mine });
    } else {
      const { value } = data;
      setElsewhere(() => value);
      if (value !== undefined) watch();
    }
  };
  send({ kind: 'who' });

  return {
    elsewhere,
    show(value) {
      mine = value;
      if (value === undefined) {
        end?.();
        end = undefined;
        send({ kind: 'value', value });
      } else if (end !== undefined) send({ kind: 'value', value });
      else {
        const ended = Promise.withResolvers<void>();
        end = ended.resolve;
        // Sent once the lock is held: another tab takes a free lock for the end.
        void navigator.locks.request(lockName, () => {
          if (mine !== undefined) send({ kind: 'value', value: mine });
          return ended.promise;
        });
      }
    },
    askToStop: () => send({ kind: 'stop' }),
  };
}
