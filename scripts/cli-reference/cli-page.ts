import { type CliContext, createProgram } from '@berth/cli';
import { commandReference } from './command-reference.ts';

const beginning = '<!-- Generated from here on by npm run generate. -->\n';

/** The page with its reference as the program has it now; what stands above it is written by hand. */
export function withCommandReference(page: string): string {
  const [byHand = ''] = page.split(beginning);
  return `${byHand}${beginning}\n${commandReference(createProgram(silent))}`;
}

const silent: CliContext = {
  terminal: {
    isInteractive: false,
    print: () => undefined,
    tell: () => undefined,
    ask: async () => '',
    readInput: async () => '',
  },
  environment: {},
  directory: '/',
  now: () => new Date(0),
  sleep: async () => undefined,
};
