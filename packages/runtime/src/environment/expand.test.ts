import { expect, it } from 'vitest';
import { expandReferences } from './expand.ts';

const variables: Record<string, string> = { NAME: 'value', EMPTY: '', OTHER: '$(NAME)' };

it.each([
  ['plain', 'plain'],
  ['$(NAME)', 'value'],
  ['a-$(NAME)-$(NAME)', 'a-value-value'],
  ['$(EMPTY)|', '|'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(NAME)', '$(NAME)'],
  ['$$$(NAME)', '$value'],
  ['$$$$(NAME)', '$$(NAME)'],
  ['$NAME ${NAME} $', '$NAME ${NAME} $'],
  ['$(NAME', '$(NAME'],
  ['$(OTHER)', '$(NAME)'],
  ['cost: $$5', 'cost: $5'],
])('expands %s to %s', (text, expected) => {
  expect(expandReferences(text, (name) => variables[name])).toBe(expected);
});
