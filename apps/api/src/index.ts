export type { ApiDeps } from './api-deps.ts';
export { type ApiApp, createApp } from './app.ts';
export { defaultFairShare, type FairShareSettings } from './fair-share/fair-share-settings.ts';
export { type Api, type ApiOptions, startApi } from './server.ts';
