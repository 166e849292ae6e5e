import type { Access } from '../access/access.ts';
import { type ApiCall, apiRequest } from '../api-request.ts';
import { refusal } from './refusal.ts';

/** A call of one cluster's API. */
export interface ClusterCall extends ApiCall {
  /** Default: the fleet's own; "" for the one that the token is of. */
  readonly cluster?: string;
}

/** The API, as whoever is logged in. */
export interface Api {
  readonly access: Access;
  /** The parsed body of a good answer. @throws CliError, as `refusal` makes it of a bad one */
  call(call: ClusterCall): Promise<unknown>;
}

export function apiOf(access: Access): Api {
  return {
    access,
    async call({ cluster = 'system', ...call }) {
      const answer = await apiRequest(
        {
          clusterUrl: cluster === '' ? access.serverUrl : `${access.serverUrl}/clusters/${cluster}`,
          caPem: access.caPem,
          token: await access.token(),
        },
        call,
      );
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw refusal(answer, access);
    },
  };
}
