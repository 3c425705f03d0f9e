import type { Config } from '../config/config.ts';
import type { Database } from '../db/open.ts';
import type { ExtensionModule } from '../schema/extensions/define.ts';
import { importExtensions } from '../schema/extensions/folder.ts';

/** Loads the extensions: those of the embedded sample, and those of the folder in EXTENSIONS. */
export const loadExtensions = (
  { extensions }: Pick<Config, 'extensions'>,
  database: Pick<Database, 'extensions'>,
): Promise<readonly ExtensionModule[]> =>
  importExtensions([database.extensions, extensions].filter((folder) => folder !== null));
