import { rm } from 'node:fs/promises';
import { bundle } from './bundle.ts';

/** Builds `dist`, from scratch. */
const dist = new URL('../dist/', import.meta.url);
await rm(dist, { recursive: true, force: true });
await bundle(dist);
