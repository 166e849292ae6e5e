export { type Authorizer, createAuthorizer, isMasterOf } from './authorizer.ts';
export type { Decision, PathAttributes, RequestAttributes, ResourceAttributes } from './authorize.ts';
export { forbiddenMessage } from './forbidden-message.ts';
export {
  adminSubject,
  groupUnauthenticated,
  groupAuthenticated,
  groupMasters,
  groupNodes,
  nodeNameOf,
  nodeSubject,
  serviceAccountOf,
  serviceAccountSubject,
  systemClusterId,
  usernameAnonymous,
} from './identity.ts';
export type { Identity, Subject } from './identity.ts';
export { issueToken } from './issue-token.ts';
export type { IssuedToken } from './issue-token.ts';
export { createKeyRing, longestTokenLifetimeSeconds, signingKeyOwner } from './key-ring.ts';
export type { KeyRing, SealedKeyStore, SealedSigningKey, SigningUse } from './key-ring.ts';
export { clockSkewMs, keysPublishedForMs, signerAt } from './key-schedule.ts';
export type { KeyTimes, Rotation, RotationSettings } from './key-schedule.ts';
export { issuerOf } from './issuer.ts';
export { defaultTokenLifetimeSeconds, mintToken } from './mint-token.ts';
export type { TokenRequest } from './mint-token.ts';
export { createBodyCipher, dataKeyOwner } from './body-cipher.ts';
export { generateMasterKey, MasterKeyError, parseMasterKeys } from './master-key.ts';
export type { MasterKey } from './master-key.ts';
export { fixedMasterKeys } from './master-keys.ts';
export type { MasterKeys } from './master-keys.ts';
export { openMasterKeys } from './open-master-keys.ts';
export type { MasterKeySettings } from './open-master-keys.ts';
export { SealError } from './seal-bytes.ts';
export { openKey, resealKey, sealedKeyPrefix, sealKey } from './seal-key.ts';
export { generateSigningKey, tokenAlgorithms } from './signing-key.ts';
export type { SigningKey, TokenAlgorithm, VerificationKey } from './signing-key.ts';
export { carriesToken } from './token-dependency.ts';
export type { DependencyState, TokenDependency } from './token-dependency.ts';
export { tenantSubject } from './tenant-subject.ts';
export type { TenantRole } from './tenant-subject.ts';
export { aggregateErrors } from './rbac/aggregate-errors.ts';
export {
  type CompiledRules,
  compileRules,
  type RuleSubject,
  type SubjectRules,
} from './rbac/compile-rules.ts';
export type { PolicyBinding, PolicyObjects, PolicyRole } from './rbac/policy-objects.ts';
export { commonScope, withinScope } from './token-scope.ts';
export type { TokenScope } from './token-scope.ts';
export { apiAudience, apiServerUsername, isNodeAudience, nodeAudience } from './token-claims.ts';
export { TokenError } from './token-error.ts';
export type { TokenErrorCode } from './token-error.ts';
export { verifyMasterKeys } from './verify-master-keys.ts';
export { verifyToken } from './verify-token.ts';
export type { VerifiedToken, VerifyOptions } from './verify-token.ts';
export { isCallable, parseNetworks } from './outside/address-guard.ts';
export type { AllowedNetwork } from './outside/address-guard.ts';
export { compileClaimMapping } from './outside/claim-mapping.ts';
export type { ClaimMapping, ClaimMappingRules, MappedUser } from './outside/claim-mapping.ts';
export { fetchIssuerKeys } from './outside/fetch-issuer-keys.ts';
export type { FetchedKeys, IssuerAddress, IssuerFetchOptions } from './outside/fetch-issuer-keys.ts';
export { IssuerError } from './outside/issuer-error.ts';
export type { IssuerErrorCode } from './outside/issuer-error.ts';
export { createIssuerKeys } from './outside/issuer-keys.ts';
export type { IssuerKeys, IssuerKeysOptions, KeyReader } from './outside/issuer-keys.ts';
export { readUnverified, verifyOutsideToken } from './outside/outside-token.ts';
export type { OutsideVerification, UnverifiedToken, VerifiedClaims } from './outside/outside-token.ts';
