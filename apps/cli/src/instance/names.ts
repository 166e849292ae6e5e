/** The fleet's own cluster. */
export const systemCluster = 'system';
/** Tenant and cluster that a first start makes. The tenant cannot be called `default`: that namespace is the operator's. */
export const defaultTenant = 'main';
export const defaultCluster = 'default';
/** The user that kubeconfigs name. */
export const adminUser = 'admin';
