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
  const { ErasePage } = await import('./app/shell/ErasePage.tsx');
  render(() => <ErasePage purpose={purpose} />, root);
}
