// Mounts the app; the only module with side effects on import.
import { render } from 'solid-js/web';
import { App } from './app/shell/App.tsx';
import './app/ui/tokens.css';

const root = document.getElementById('app');
if (root !== null) render(() => <App />, root);
