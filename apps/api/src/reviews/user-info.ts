import type { Identity } from '@berth/auth';

/** `authentication.k8s.io` `UserInfo`. */
export function userInfo({ username, uid, groups, extra }: Identity) {
  return {
    username,
    ...(uid !== '' && { uid }),
    groups,
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}
