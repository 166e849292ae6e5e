/** So many entries are shown. */
const maxShown = 3;

/** The first entries of a list, and how many more there are: `a,b,c + 2 more...`. */
export function listWithMore(texts: readonly string[]): string {
  const shown = texts.slice(0, maxShown).join(',');
  return texts.length > maxShown ? `${shown} + ${texts.length - maxShown} more...` : shown;
}
