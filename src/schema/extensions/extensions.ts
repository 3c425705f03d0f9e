import type { Extension } from '../extension.ts';
import { device } from './device.ts';

/** All extensions; one whose table is not there is left out. */
export const extensions: readonly Extension[] = [device];
