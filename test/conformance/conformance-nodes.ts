/** Nodes of an instance that is started for the promises: as many as they need, and none has to run anything. */
export const conformanceNodes = 'simulated:3';
