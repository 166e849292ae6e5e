const openPaths =
  /^\/(?:livez|readyz|healthz)(?:\/|$)|^\/version\/?$|^\/openid\/v1\/jwks$|^\/\.well-known\/openid-configuration$/;

/** Paths that need no token: health, the version, and the public halves of signing keys. */
export function isOpenPath(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && openPaths.test(path);
}
