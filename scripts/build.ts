import { rm } from 'node:fs/promises';
import { bundle } from './bundle.ts';

/** Makes `dist` anew. */
const dist = new URL('../dist/', import.meta.url);
await rm(dist, { recursive: true, force: true });
await bundle(dist);
