import { device } from './device.ts';
import type { Extension } from './extension.ts';

/** All extensions; one whose table is not there is left out. */
export const extensions: readonly Extension[] = [device];
