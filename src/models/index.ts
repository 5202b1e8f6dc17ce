// Models that people bring: found on a hub, by an address, by content or on their own disk; judged before anything is
// downloaded, and packed into one file. It knows the engine's formats and no screens; where bytes are kept is handed in.
export type * from './types.ts';
