import { readdir } from 'node:fs/promises';
import { UsageError } from '../usageError.ts';

/** A SQL file that runs once, after those with lower numbers: `2.do.add-alarms.sql`. */
export interface MigrationFile {
  readonly number: number;
  readonly name: string;
}

/** Reads the migrations of a folder in order; throws a UsageError for SQL files with other names or equal numbers. */
export async function readMigrationFiles(folder: string): Promise<readonly MigrationFile[]> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const scripts = names.filter((name) => /^[^.].*\.sql$/.test(name));
  const files = scripts.map((name) => ({
    number: Number(/^(0*[1-9]\d{0,14})\.do\.[\w-]+\.sql$/.exec(name)?.[1]),
    name,
  }));
  const wrong = files.filter(({ number }) => Number.isNaN(number)).map(({ name }) => name);
  if (wrong.length > 0)
    throw new UsageError(`${wrong.join(', ')}: name migrations like 2.do.add-alarms.sql, with numbers from 1`);
  if (files.length === 0) throw new UsageError(`${folder} has no file like 1.do.events.sql`);
  for (const same of Map.groupBy(files, ({ number }) => number).values())
    if (same.length > 1)
      throw new UsageError(`${same.map(({ name }) => name).join(', ')}: give each file a number of its own`);
  return files.toSorted((a, b) => a.number - b.number);
}
