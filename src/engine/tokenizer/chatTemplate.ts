// A model's chat template: Jinja source that renders messages as the text format that the model was trained on. Rendered with
// `trim_blocks` and `lstrip_blocks`, as Hugging Face does. Knows no token ids.
import { Template } from '@huggingface/jinja';
import { TributaryError } from '../../lib/errors.ts';
import type { ChatMessage } from '../chat/types.ts';

export interface ChatTemplate {
  /** The prompt text. Throws `CHAT_TEMPLATE_FAILED` with the template's own message, for example for a wrong order of roles. */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string;
}

function failed(error: unknown): TributaryError {
  const reason = error instanceof Error ? error.message : String(error);
  return new TributaryError({
    code: 'CHAT_TEMPLATE_FAILED',
    message: `The model's chat template refuses these messages: ${reason}`,
    facts: { reason },
    hint: 'Start with a user message and let user and assistant alternate; some models take no system message.',
    cause: error,
  });
}

/** Parses a template. `variables`: the special tokens it may name (`bos_token`, `eos_token`, ...). Throws `CHAT_TEMPLATE_FAILED`. */
export function openChatTemplate(source: string, variables: Readonly<Record<string, string>>): ChatTemplate {
  let template: Template;
  try {
    template = new Template(source);
  } catch (error) {
    throw failed(error);
  }
  return {
    render(messages, addGenerationPrompt) {
      try {
        // As transformers does without tools and documents: templates test for none, not for undefined.
        const absent = { tools: null, documents: null };
        return template.render({ ...absent, ...variables, messages, add_generation_prompt: addGenerationPrompt });
      } catch (error) {
        throw failed(error);
      }
    },
  };
}
