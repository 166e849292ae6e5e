const domain =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?';
const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const referencePattern = new RegExp(
  `^(?:${domain}/)?${component}(?:/${component})*(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>${digest}))?$`,
);

/**
 * The tag of an image reference (`nginx:1.25`): `latest` where neither tag nor digest is given, '' where only a digest
 * is or where the reference is malformed.
 */
export function imageTag(reference: string): string {
  const match = referencePattern.exec(reference);
  if (!match || /^[0-9a-f]{64}$/.test(reference)) return '';
  return match.groups?.['tag'] ?? (match.groups?.['digest'] === undefined ? 'latest' : '');
}
