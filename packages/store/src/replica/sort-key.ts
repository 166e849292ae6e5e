/**
 * A text whose JavaScript order is the order of lists: by namespace, then name, both by their UTF-8 bytes, as Postgres'
 * collation "C" sorts. UTF-16 differs from that only where surrogates (beyond U+FFFF) meet U+E000 to U+FFFF, so those
 * two ranges change places.
 */
export function sortKey(namespace: string, name: string): string {
  const key = `${namespace}\0${name}`;
  return needsExchange.test(key) ? key.replace(needsExchangeAll, exchange) : key;
}

const needsExchange = /[\ud800-\uffff]/;
const needsExchangeAll = /[\ud800-\uffff]/g;

function exchange(unit: string): string {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
}
