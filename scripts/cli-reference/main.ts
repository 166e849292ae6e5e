// Writes the reference of docs/cli.md from the command line itself. Run by `npm run generate` after a command changed.
import { readFileSync, writeFileSync } from 'node:fs';
import { withCommandReference } from './cli-page.ts';

const page = new URL('../../docs/cli.md', import.meta.url);
writeFileSync(page, withCommandReference(readFileSync(page, 'utf8')));
