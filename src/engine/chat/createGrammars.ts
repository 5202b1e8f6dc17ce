// Compiles grammars over a model's tokens with xgrammar (WebAssembly): they say which tokens may come next. The library is
// 1.1 MB and loads with the first answer that needs it. Knows ids and bit masks, nothing of logits.
import type * as Library from '@mlc-ai/web-xgrammar';
import { TributaryError } from '../../lib/errors.ts';
import { lazy } from '../../lib/lazy.ts';
import type { GrammarMatcher } from '../sampling/sampleTokens.ts';

export interface GrammarVocabulary {
  /** Number of logits: a model may have more logits than its tokenizer has tokens. */
  readonly size: number;
  /** Bytes of a token; undefined for a token without text, which is never allowed. */
  readonly bytesOf: (id: number) => Uint8Array | undefined;
  /** Ids that end the answer: allowed wherever the grammar may end. */
  readonly endIds: readonly number[];
}

export interface Grammars {
  /**
   * A new matcher for a grammar in xgrammar's EBNF. The most recent grammars stay compiled. Throws `CHAT_GRAMMAR_FAILED` if the
   * library cannot be loaded or refuses the grammar.
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
 * The published file is a script in an ES module package: it exports nothing and assigns its names to `globalThis.xgrammar`.
 * In Node it needs a page address, of which it uses only the folder.
 */
async function loadLibrary(): Promise<typeof Library> {
  const scope = globalThis as { xgrammar?: typeof Library; location?: unknown };
  const inNode = scope.location === undefined;
  if (inNode) scope.location = { href: import.meta.url };
  try {
    const module = await import('@mlc-ai/web-xgrammar');
    const library = 'TokenizerInfo' in module ? module : scope.xgrammar;
    if (library === undefined) throw failed('the library did not load.', 'no names');
    // Instantiates the WebAssembly, which reads that address.
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
  // Empty bytes mark a special token. The types allow only strings, but bytes work, and tokens with partial characters need them.
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

/** Grammars over the tokens of `vocabulary`. Loads nothing until the first grammar is requested. */
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
