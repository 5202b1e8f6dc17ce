// Grammars over a model's tokens, by xgrammar compiled to WebAssembly: which tokens may come next. The library is 1.1 MB and is
// loaded by the first answer that needs it. It knows ids and bits, and nothing of logits.
import type * as Library from '@mlc-ai/web-xgrammar';
import { TributaryError } from '../../lib/errors.ts';
import { lazy } from '../../lib/lazy.ts';
import type { GrammarMatcher } from '../sampling/sampleTokens.ts';

export interface GrammarVocabulary {
  /** Number of logits: a model may have more than its tokenizer has tokens. */
  readonly size: number;
  /** Bytes of a token; undefined for one that shows nothing: it is never allowed. */
  readonly bytesOf: (id: number) => Uint8Array | undefined;
  /** Ids that end the answer: allowed where the grammar's text may end. */
  readonly endIds: readonly number[];
}

export interface Grammars {
  /**
   * A fresh constraint by a grammar in xgrammar's EBNF. The last grammars stay compiled. Throws `CHAT_GRAMMAR_FAILED` when the
   * library cannot be loaded or refuses.
   */
  constrain(grammar: string): Promise<GrammarMatcher>;
  destroy(): void;
}

function failed(what: string, cause: unknown): TributaryError {
  return new TributaryError({
    code: 'CHAT_GRAMMAR_FAILED',
    message: `The answer could not be kept to its JSON schema: ${what}`,
    facts: { details: cause instanceof Error ? cause.message : String(cause) },
    hint: 'Simplify the schema, or ask for free text.',
    cause,
  });
}

/**
 * The published file is a script that stands in a package of modules: it exports nothing and leaves its names in
 * `globalThis.xgrammar`. In Node it asks for the address of the page, which only lends its folder.
 */
async function loadLibrary(): Promise<typeof Library> {
  const scope = globalThis as { xgrammar?: typeof Library; location?: unknown };
  const inNode = scope.location === undefined;
  if (inNode) scope.location = { href: import.meta.url };
  try {
    const module = await import('@mlc-ai/web-xgrammar');
    const library = 'TokenizerInfo' in module ? module : scope.xgrammar;
    if (library === undefined) throw failed('the library did not load.', 'no names');
    // Instantiates the WebAssembly, which is when the address is read.
    (await library.TokenizerInfo.createTokenizerInfo([])).dispose();
    return library;
  } finally {
    if (inNode) delete scope.location;
  }
}

const library = lazy(loadLibrary);

const MAX_CACHED_GRAMMARS = 4;

interface Compiler {
  compile(source: string): Promise<Library.CompiledGrammar>;
  createMatcher: typeof Library.GrammarMatcher.createGrammarMatcher;
  destroy(): void;
}

async function openCompiler({ size, bytesOf, endIds }: GrammarVocabulary): Promise<Compiler> {
  const { TokenizerInfo, GrammarCompiler, Grammar, GrammarMatcher } = await library.get().catch((cause: unknown) => {
    throw failed('the library did not load.', cause);
  });
  // Empty bytes mark a special token. The types know texts only, but bytes go through as they are, and half characters must.
  const vocabulary = Array.from({ length: size }, (_, id) => bytesOf(id) ?? new Uint8Array()) as unknown as string[];
  const info = await TokenizerInfo.createTokenizerInfo(vocabulary, 'raw', false, size, [...endIds]);
  const compiler = await GrammarCompiler.createGrammarCompiler(info, false);
  const compiled = new Map<string, Library.CompiledGrammar>();
  return {
    async compile(source) {
      const known = compiled.get(source);
      if (known !== undefined) return known;
      const grammar = await Grammar.fromEBNF(source);
      const result = await compiler.compileGrammar(grammar).finally(() => grammar.dispose());
      const [oldest] = compiled.keys();
      if (oldest !== undefined && compiled.size >= MAX_CACHED_GRAMMARS) {
        compiled.get(oldest)?.dispose();
        compiled.delete(oldest);
      }
      compiled.set(source, result);
      return result;
    },
    createMatcher: (grammar) => GrammarMatcher.createGrammarMatcher(grammar),
    destroy() {
      for (const each of compiled.values()) each.dispose();
      compiler.dispose();
      info.dispose();
    },
  };
}

/** Grammars over the tokens of `vocabulary`. Nothing is loaded before the first is asked for. */
export function createGrammars(vocabulary: GrammarVocabulary): Grammars {
  const compiler = lazy(() => openCompiler(vocabulary));
  return {
    async constrain(source) {
      const { compile, createMatcher } = await compiler.get();
      let matcher: Library.GrammarMatcher;
      try {
        matcher = await createMatcher(await compile(source));
      } catch (cause) {
        throw failed('its grammar was refused.', cause);
      }
      return {
        allowed: () => matcher.getNextTokenBitmask(),
        accept(id) {
          if (!matcher.acceptToken(id)) throw failed('a token came that its grammar does not allow.', `token ${id}`);
        },
        destroy: () => matcher.dispose(),
      };
    },
    destroy: () => compiler.drop(({ destroy }) => destroy()),
  };
}
