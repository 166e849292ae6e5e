import { z } from 'zod';
import { apiRequest } from '../api-request.ts';
import type { Context } from '../contexts/context.ts';

const document = z.object({
  issuers: z.array(
    z.object({
      name: z.string(),
      issuer: z.string(),
      clientId: z.string(),
      scopes: z.array(z.string()).default([]),
      certificateAuthority: z.string().optional(),
    }),
  ),
});

/** Where a server lets people log in. */
export type LoginIssuer = z.output<typeof document>['issuers'][number];

/** Asks the server for it. None from a server that knows nothing of this. @throws CliError API_UNREACHABLE */
export async function findLoginIssuers({
  server,
  certificateAuthority,
}: Pick<Context, 'server' | 'certificateAuthority'>): Promise<readonly LoginIssuer[]> {
  const answer = await apiRequest(
    { clusterUrl: `${server}/clusters/system`, caPem: certificateAuthority },
    { method: 'GET', path: '/.well-known/berth-login' },
  );
  const parsed = document.safeParse(answer.body);
  return answer.status === 200 && parsed.success ? parsed.data.issuers : [];
}
