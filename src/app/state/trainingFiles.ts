// What only a run that goes on or ends needs of the store: fetched when one does.
export { deleteCheckpoints, fileObstacle, latestCheckpoint, saveAdapter, saveCheckpoint } from '../../store/index.ts';
