const clusterPath = /^\/clusters\/([^/]+)(\/.*)?$/;

/** A request's path as a cluster of its own would see it. */
export interface ClusterPath {
  /** Absent where the path names no cluster: the token then decides. */
  readonly clusterId: string | undefined;
  readonly path: string;
}

/** Splits `/clusters/<cluster>/api/v1/…`. Other paths are left as they are. */
export function splitClusterPath(path: string): ClusterPath {
  if (!path.startsWith('/clusters/')) return { clusterId: undefined, path };
  const match = clusterPath.exec(path);
  return match?.[1] === undefined
    ? { clusterId: undefined, path }
    : { clusterId: decodePathPart(match[1]), path: match[2] ?? '/' };
}

/** The path of a URL as the cluster that it names sees it. A slash at its end says nothing. */
export function pathWithinCluster(url: string): string {
  const { path } = splitClusterPath(pathOf(url));
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** `/clusters/<cluster>` where a URL begins with it, else ''. Clients resolve paths that they are told against the host. */
export function clusterPrefix(url: string): string {
  const path = pathOf(url);
  return path.slice(0, path.length - splitClusterPath(path).path.length);
}

/** The path of an absolute URL, still percent-encoded. Cheaper than parsing all of it. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  if (start < 0) return '/';
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}

/** A percent-encoded path segment in clear; the segment itself where the encoding is broken. */
export function decodePathPart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
