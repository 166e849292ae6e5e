import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program itself. */
const script = fileURLToPath(new URL('../main.ts', import.meta.url));

/** How another program runs this one. */
export interface OwnCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** Folders that npx and npm scripts put into the search path for what they run: no other program looks there. */
const projectFolder = join('node_modules', '.bin');

/**
 * By its name where the search path finds this very program, so that an update of it is found too; else by its file and
 * the Node that runs it now.
 */
export function ownCommand(searchPath: string): OwnCommand {
  const own = realpathSync(script);
  const isFound = searchPath
    .split(delimiter)
    .filter((folder) => !folder.endsWith(projectFolder))
    .some((folder) => realPathOf(join(folder, 'berth')) === own);
  return isFound ? { command: 'berth', args: [] } : { command: process.execPath, args: [script] };
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
