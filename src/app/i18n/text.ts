// Texts that are more than one string. Apart from types.ts, which is made of the English texts: they are of these types.

/** The forms of a text that counts, by the categories of `Intl.PluralRules`. */
export type Plural = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** What is said of an error: its title, one sentence, and the way on. `{name}` stands for a fact. */
export interface ErrorText {
  readonly title: string;
  readonly message: string;
  readonly hint: string;
}
