// Web Locks of training runs: whoever works on one holds its lock, which ends with the tab.

/** Held while a run is trained, or deleted. */
export const runLock = (runId: string): string => `tributary-run-${runId}`;

/** Held while the attribution index of a run's adapter is built. */
export const indexLock = (runId: string): string => `tributary-index-${runId}`;
