import type { ApiContext } from '../api-env.ts';
import type { ResourceScope } from '../route/resource-scope.ts';

/** The scope with a home whose writes carry their audit records. */
export function auditedScope(c: ApiContext, scope: ResourceScope): ResourceScope {
  const audit = c.get('audit');
  audit.concerns(scope);
  const { home } = scope;
  return {
    ...scope,
    home: {
      ...home,
      async write(write) {
        const record = await audit.ofWrite(scope, write);
        return home.write(record === undefined ? write : { ...write, audit: record });
      },
    },
  };
}
