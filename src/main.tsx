// Mounts the app, or the page that erases everything; the only module with side effects on import.
import { render } from 'solid-js/web';
import { App } from './app/shell/App.tsx';
import { erasePurpose, followErase } from './app/state/erase.ts';
import './app/ui/tokens.css';

const root = document.getElementById('app');
const purpose = erasePurpose();
if (root !== null && purpose === undefined) {
  followErase();
  render(() => <App />, root);
} else if (root !== null && purpose !== undefined) {
  // Not awaited: a bundler may put nothing that rooms share into an entry that awaits.
  void import('./app/shell/ErasePage.tsx').then(({ ErasePage }) => render(() => <ErasePage purpose={purpose} />, root));
}
