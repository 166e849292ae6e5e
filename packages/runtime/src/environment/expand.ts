/**
 * Expands `$(NAME)` references as Kubernetes does: a reference to an unknown name stays as it is, `$$` is a literal `$`
 * (so `$$(NAME)` gives `$(NAME)`), and any other `$` stands for itself.
 * https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function expandReferences(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (match: string, name: string | undefined) => {
    if (match === '$$') return '$';
    return valueOf(name ?? '') ?? match;
  });
}
