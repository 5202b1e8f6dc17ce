import type { env } from '@huggingface/transformers';

/** The part of the library's settings that is used. */
export type TransformersSettings = Pick<typeof env, 'cacheKey' | 'fetch'>;

/** `hub` with the slash at its end. */
export function chatTemplateUrl(hub: string, repository: string, revision: string): string {
  return `${hub}${repository}/resolve/${encodeURIComponent(revision)}/chat_template.jinja`;
}

/**
 * A repository's `chat_template.jinja`, where newer ones have it: the library reads the one in `tokenizer_config.json` alone.
 * Kept in the library's cache. Undefined when there is none.
 */
export async function readChatTemplate(
  { cacheKey, fetch }: TransformersSettings,
  url: string,
): Promise<string | undefined> {
  const cache = await caches.open(cacheKey);
  const kept = await cache.match(url);
  if (kept !== undefined) return await kept.text();
  const response: Response = await fetch(url).catch(
    // Without a network a template that was there before would be kept: this repository has none.
    () => Response.error(),
  );
  if (!response.ok) return undefined;
  await cache.put(url, response.clone());
  return await response.text();
}
