// For component tests in the browser: the English texts, which the shell and the rooms load when the app runs.
import { loadTexts } from '../../src/app/i18n/dictionary.ts';
import { english } from '../../src/app/i18n/en/index.ts';
import type { Area } from '../../src/app/i18n/types.ts';

await Promise.all((Object.keys(english) as Area[]).map(loadTexts));
