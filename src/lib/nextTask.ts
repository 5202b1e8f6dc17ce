// Yields to the event loop, above all to messages: awaiting a promise alone does not.

/** Resolves in a new task, after those that are queued. Unlike a timer it is not throttled. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
