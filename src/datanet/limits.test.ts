import { expect, it } from 'vitest';
import * as limits from './limits.ts';

it('bounds are the same for everybody: what one publishes another must read', () => {
  expect({ ...limits }).toEqual({
    MAX_SHARD_BYTES: 1_048_576,
    MAX_ROW_BYTES: 65_536,
    MAX_MARKS: 256,
    MAX_ROW_DEPTH: 16,
    MAX_FILE_BYTES: 268_435_456,
    MAX_CONTRIBUTION_ROWS: 1_000_000,
    MAX_CONTRIBUTION_SHARDS: 1_024,
    MAX_HEADER_BYTES: 131_072,
    MAX_PARENTS: 64,
    MAX_NAME_LENGTH: 256,
    MAX_MANIFEST_BYTES: 1_048_576,
    MAX_ADAPTER_BYTES: 536_870_912,
    MAX_CONTRIBUTIONS: 10_000,
    MAX_PROBLEMS: 1_000,
    MAX_COLUMNS: 1_000,
    MAX_NOTES: 100,
    MAX_EDITABLE_LINE: 4_000,
    MAX_OVERRIDES: 1_000,
  });
});
