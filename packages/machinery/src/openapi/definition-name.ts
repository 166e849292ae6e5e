/** The name of a message in OpenAPI: `k8s.io.api.core.v1.Pod` → `io.k8s.api.core.v1.Pod`. */
export function definitionName(message: string): string {
  return message.startsWith('k8s.io.')
    ? `io.k8s.${message.slice('k8s.io.'.length).replaceAll('_', '-')}`
    : message;
}

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** Messages that operations use of themselves. */
export const metaMessages = {
  deleteOptions: `${metaPackage}.DeleteOptions`,
  patch: `${metaPackage}.Patch`,
  status: `${metaPackage}.Status`,
  watchEvent: `${metaPackage}.WatchEvent`,
} as const;
