// A chat template, opened by its first use: a model whose template cannot be parsed is of use without it. Some templates read a content
// only as a list of parts, as those of models that also see; they are given one.
import type { ChatMessage } from '../chat/types.ts';
import { type ChatTemplate, openChatTemplate } from './chatTemplate.ts';

export type ChatRenderer = (
  variables: Readonly<Record<string, string>>,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean,
) => string;

/** No template writes it. */
const PROBE = '\ue000';

const inParts = (messages: readonly ChatMessage[]): readonly ChatMessage[] =>
  messages.map(({ role, content }) => ({ role, content: [{ type: 'text', text: content }] as unknown as string }));

function shows(template: ChatTemplate, messages: readonly ChatMessage[]): boolean {
  try {
    return template.render(messages, false).includes(PROBE);
  } catch {
    // What it refuses it does not show; it says why when a chat is rendered.
    return false;
  }
}

/** Renders chats by `source`. The renderer throws `CHAT_TEMPLATE_FAILED`. */
export function createChatRenderer(source: string): ChatRenderer {
  let opened: { readonly template: ChatTemplate; readonly takesParts: boolean } | undefined;
  return (variables, messages, addGenerationPrompt) => {
    if (opened === undefined) {
      const template = openChatTemplate(source, variables);
      const probe: readonly ChatMessage[] = [{ role: 'user', content: PROBE }];
      opened = { template, takesParts: !shows(template, probe) && shows(template, inParts(probe)) };
    }
    const { template, takesParts } = opened;
    return template.render(takesParts ? inParts(messages) : messages, addGenerationPrompt);
  };
}
