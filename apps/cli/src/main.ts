#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Completions and kubectl wait for every start of this: what was compiled once is kept, where nobody else can write.
const { XDG_CACHE_HOME, HOME } = process.env;
enableCompileCache(join(XDG_CACHE_HOME || join(HOME || homedir(), '.cache'), 'berth', 'compiled'));

const { runCommandLine } = await import('./run-command-line.ts');
const exitCode = await runCommandLine();
// `serve` has begun by now, and says itself how it ends.
if (exitCode !== 0) process.exitCode = exitCode;
