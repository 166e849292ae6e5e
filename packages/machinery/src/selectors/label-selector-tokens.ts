/** One token of a label selector string. */
export interface SelectorToken {
  readonly kind: 'identifier' | 'keyword' | 'symbol' | 'end';
  /** As written. */
  readonly text: string;
}

const symbols: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const keywords: ReadonlySet<string> = new Set(['in', 'notin']);
const whitespace = ' \t\r\n';
const symbolCharacters = '=!(),><';

/** Splits a label selector string; the last token is `end`. */
export function scanLabelSelector(selector: string): SelectorToken[] {
  const tokens: SelectorToken[] = [];
  let position = 0;
  while (position < selector.length) {
    const character = selector.charAt(position);
    if (whitespace.includes(character)) position += 1;
    else if (symbolCharacters.includes(character)) {
      const token = scanSymbol(selector, position);
      tokens.push(token);
      position += token.text.length;
    } else {
      const text = /^[^ \t\r\n=!(),><]+/.exec(selector.slice(position))?.[0] ?? '';
      tokens.push({ kind: keywords.has(text) ? 'keyword' : 'identifier', text });
      position += text.length;
    }
  }
  return [...tokens, { kind: 'end', text: '' }];
}

/** The longest symbol at the position: `==` before `=`. Every symbol character is a symbol, so there is one. */
function scanSymbol(selector: string, position: number): SelectorToken {
  const two = selector.slice(position, position + 2);
  return { kind: 'symbol', text: symbols.has(two) ? two : selector.charAt(position) };
}
