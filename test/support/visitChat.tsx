// The chat room in a page of its own, without the frame around it.
import { HashRouter, Route } from '@solidjs/router';
import { render } from 'solid-js/web';
import { Chat } from '../../src/app/chat/Chat.tsx';
import '../../src/app/ui/tokens.css';

/** Opens `#/chat`, or a chat; `#/elsewhere` is an empty room. Returns how to leave. */
export function visitChat(chat = ''): () => void {
  location.hash = `#/chat/${chat}`;
  const root = document.createElement('div');
  root.className = 'h-dvh';
  document.body.append(root);
  const dispose = render(
    () => (
      <HashRouter>
        <Route path="/chat/:chat?" component={Chat} />
        <Route path="/elsewhere" component={() => <h1>Elsewhere</h1>} />
      </HashRouter>
    ),
    root,
  );
  return () => {
    dispose();
    root.remove();
  };
}
