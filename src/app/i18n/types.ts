// The shape of a language: texts by area, each area a chunk of its own that is fetched when a room needs it.
import type { english } from './en/index.ts';
import type { ErrorText, Plural } from './text.ts';

type English = typeof english;
export type Area = keyof English;
type Loaded<Name extends Area> = Awaited<ReturnType<English[Name]>>;

/** The keys of a language's area are those of the English one; its texts are its own. */
export type AreaTexts<Name extends Area> = {
  readonly [Key in keyof Loaded<Name>]: Loaded<Name>[Key] extends string
    ? string
    : Loaded<Name>[Key] extends ErrorText
      ? ErrorText
      : Plural;
};

/** A language: each area's texts, fetched when they are asked for. */
export type Language = { readonly [Name in Area]: () => Promise<AreaTexts<Name>> };

export type TextKey = { [Name in Exclude<Area, 'errors'>]: keyof Loaded<Name> }[Exclude<Area, 'errors'>];
