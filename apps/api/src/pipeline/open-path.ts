const openPaths =
  /^\/(?:livez|readyz|healthz)(?:\/|$)|^\/version\/?$|^\/openid\/v1\/jwks$|^\/\.well-known\/(?:openid-configuration|berth-login)$/;

/**
 * Paths that need no token: health, the version, the public halves of signing keys, where people log in, and exchanging
 * another's token.
 */
export function isOpenPath(method: string, path: string): boolean {
  if (path === '/oauth/token') return method === 'POST';
  return (method === 'GET' || method === 'HEAD') && openPaths.test(path);
}
