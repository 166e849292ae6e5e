/** The fleet's own cluster. */
export const systemCluster = 'system';
/** Tenant and cluster that a first start makes. */
export const defaultTenant = 'default';
export const defaultCluster = 'default';
/** The user that kubeconfigs name. */
export const adminUser = 'admin';
