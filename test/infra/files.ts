import { readdirSync, readFileSync } from 'node:fs';
import type { BicepFiles } from './bicep.ts';
import { readAll } from './check.ts';
import { createBicepParser } from './parse.ts';
import type { ResourceTypes } from './resources.ts';

const folder = new URL('../../infra/bicep/', import.meta.url);

/** The types and versions that the templates use, looked up in Azure's own definitions (Azure/bicep-types-az). */
export const resourceTypes: ResourceTypes = JSON.parse(
  readFileSync(new URL('resource-types.json', import.meta.url), 'utf8'),
);

/** The templates as they are. */
export async function readTemplates(): Promise<BicepFiles> {
  const paths = readdirSync(folder, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'));
  const bicep = paths.filter((path) => /\.bicep(param)?$/.test(path));
  const texts = Object.fromEntries(bicep.map((path) => [path, readFileSync(new URL(path, folder), 'utf8')]));
  return readAll(texts, await createBicepParser());
}
