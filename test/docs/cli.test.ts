import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withCommandReference } from '../../scripts/cli-reference/cli-page.ts';

test('docs/cli.md has every command, argument and flag as the program has it', () => {
  const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  expect(page).toBe(withCommandReference(page));
  expect(page).toContain('### `berth clusters create <name>`');
});
