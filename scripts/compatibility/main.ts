// Writes docs/compatibility.md from the registry. Run by `npm run generate` after a kind changed.
import { writeFileSync } from 'node:fs';
import { builtinRegistry } from '@berth/kinds';
import { compatibilityPage } from './compatibility-page.ts';

writeFileSync(new URL('../../docs/compatibility.md', import.meta.url), compatibilityPage(builtinRegistry));
