export { createTenantDirectory, type TenantDirectory } from './tenant-directory.ts';
export type { TenantRole } from './tenant-role.ts';
