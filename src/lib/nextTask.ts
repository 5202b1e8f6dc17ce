// A turn of the event loop for what waits in it, messages above all: awaiting a promise alone lets none through.

/** Resolves as a task of its own, after those that are waiting. Unlike a timer it is not held back. */
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
