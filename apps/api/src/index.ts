export type { ApiDeps } from './api-deps.ts';
export { type ApiApp, createApp } from './app.ts';
export { type Api, type ApiOptions, startApi } from './server.ts';
