import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

/** Who is at the other end of the command. */
export interface Terminal {
  /** A person can be asked: input and messages are both a terminal. */
  readonly isInteractive: boolean;
  /** What the command is asked for, on standard output. A newline is added where there is none. */
  readonly print: (text: string) => void;
  /** What a person should know beside that, on standard error. */
  readonly tell: (text: string) => void;
  /** @param secret what is typed is not shown. @throws CliError NOT_INTERACTIVE */
  ask(question: string, options?: { readonly secret?: boolean }): Promise<string>;
  /** All of standard input. */
  readInput(): Promise<string>;
}

type MaybeTty<T> = T & { readonly isTTY?: boolean };

export function createTerminal(streams: {
  readonly input: MaybeTty<Readable>;
  readonly output: Writable;
  readonly messages: MaybeTty<Writable>;
}): Terminal {
  const { input, output, messages } = streams;
  const isInteractive = input.isTTY === true && messages.isTTY === true;
  return {
    isInteractive,
    print: (text) => void output.write(endedLine(text)),
    tell: (text) => void messages.write(endedLine(text)),
    async ask(question, { secret = false } = {}) {
      if (!isInteractive) {
        throw new CliError('NOT_INTERACTIVE', `nobody is there to answer: ${question.trim()}`, {
          exitCode: exitCodes.usage,
        });
      }
      if (secret) messages.write(question);
      const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input, output: secret ? silent : messages, terminal: true });
      try {
        return (await lines.question(secret ? '' : question)).trim();
      } finally {
        lines.close();
        if (secret) messages.write('\n');
      }
    },
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of input) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString();
    },
  };
}

function endedLine(text: string): string {
  return text.endsWith('\n') || text === '' ? text : `${text}\n`;
}
