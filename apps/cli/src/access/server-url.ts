import { usageError } from '../cli-error.ts';

/** `berth.example`, `berth.example:6443` or a URL, as the URL of a server: `https://berth.example:6443`. @throws CliError USAGE */
export function serverUrlOf(text: string): string {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null) throw usageError(`"${text}" is no URL of a server, such as https://berth.example:6443`);
  if (url.protocol !== 'https:') {
    throw usageError(`${text}: a token would cross plain HTTP in clear. Give the https:// address.`);
  }
  return url.origin;
}
