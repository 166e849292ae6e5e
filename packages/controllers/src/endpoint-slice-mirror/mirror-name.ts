/** Who manages a slice that mirrors Endpoints. */
export const mirrorName = 'endpointslicemirroring-controller.k8s.io';
