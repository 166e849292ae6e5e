export type { CliContext } from './cli-context.ts';
export { createProgram } from './program.ts';
