import { createCelEnvironment } from './cel-environment.ts';

/**
 * Expressions over the claims of a token and over the user that they make, with the variables of Kubernetes' structured
 * authentication: `claims`, and `user` with `username`, `uid`, `groups` and `extra`.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration
 */
export const claimExpressions = createCelEnvironment({ claims: 'map<string, dyn>' });
export const userExpressions = createCelEnvironment({ user: 'map<string, dyn>' });
