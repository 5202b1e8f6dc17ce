// A model's chat template: Jinja source that renders messages as the text format that the model was trained on. Knows no token ids.
import type { ChatMessage } from '../chat/types.ts';
import { openTemplate } from '../jinja/renderTemplate.ts';

export interface ChatTemplate {
  /**
   * The prompt text. Throws `CHAT_TEMPLATE_FAILED` with the template's own message, for example for a wrong order of roles;
   * `CHAT_TEMPLATE_INVALID`, `CHAT_TEMPLATE_UNSUPPORTED` or `CHAT_TEMPLATE_TOO_MUCH` if the template is at fault.
   */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string;
}

/**
 * `variables`: the special tokens that the template may name (`bos_token`, `eos_token`, ...). A template that cannot be parsed is
 * refused when it renders: what needs none of it still works.
 */
export function openChatTemplate(source: string, variables: Readonly<Record<string, string>>): ChatTemplate {
  const render = openTemplate(source);
  // As transformers does without tools and documents: templates test for none, not for undefined.
  const absent = { tools: null, documents: null };
  return {
    render: (messages, addGenerationPrompt) =>
      render({ ...absent, ...variables, messages, add_generation_prompt: addGenerationPrompt }),
  };
}
