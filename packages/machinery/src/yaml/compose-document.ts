import { Composer, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { requestEntityTooLargeError } from '../errors/request-errors.ts';
import { YamlSyntaxError } from './yaml-error.ts';

/**
 * How many lexemes (indicators, scalars, line breaks, stretches of space) a document may have. A line of a manifest has
 * about five; a text in a block scalar is one, however long it is.
 */
const maxLexemes = 50_000;

/** The lexeme in front of the text of a plain or block scalar. */
const textMark = '\u001f';

/**
 * Composes the first document of a YAML text. YAML takes the library a thousand times as long as JSON takes
 * `JSON.parse`, and every mistake in it more, so the work is bounded here, where it is known, and not by bytes.
 *
 * @throws StatusError `RequestEntityTooLarge`
 * @throws YamlSyntaxError for escapes that YAML does not know. Other mistakes are told in the document's errors.
 */
export function composeDocument(text: string, lines: LineCounter): Document.Parsed {
  const composer = new Composer({
    // Plain scalars stay text here: which of them are numbers or booleans is upstream's business.
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
  });
  for (const document of composer.compose(tokensOf(text, lines), true, text.length)) return document;
  throw new Error('the composer was told to make a document, and made none');
}

function* tokensOf(text: string, lines: LineCounter): ReturnType<Parser['parse']> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let count = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > maxLexemes) {
      throw requestEntityTooLargeError(`limit is ${maxLexemes} tokens of YAML; send JSON instead`);
    }
    const start = parser.offset;
    yield* parser.next(lexeme);
    const badEscape = lexeme.startsWith('"') && !isText ? badEscapeIn(lexeme) : undefined;
    if (badEscape !== undefined) {
      throw new YamlSyntaxError('found unknown escape character', lines.linePos(start + badEscape));
    }
    isText = lexeme === textMark;
  }
  yield* parser.end();
}

const knownEscape =
  /\\(?:[0abtnvfre "/\\N_LP\t\r\n]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U00(?:0[\da-fA-F]|10)[\da-fA-F]{4})/y;

/** Where a double-quoted scalar has an escape that YAML does not know: one lexeme can have a million of them. */
function badEscapeIn(quoted: string): number | undefined {
  let at = quoted.indexOf('\\');
  while (at !== -1) {
    knownEscape.lastIndex = at;
    if (!knownEscape.test(quoted)) return at;
    at = quoted.indexOf('\\', knownEscape.lastIndex);
  }
  return undefined;
}
