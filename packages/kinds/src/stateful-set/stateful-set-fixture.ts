import type { Members } from '../registry/decoded-fixture.ts';

/** For tests: the least that makes a StatefulSet valid. */
export const validStatefulSet: Members = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'x:1' }] },
    },
  },
};
