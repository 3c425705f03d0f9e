import { type Catalog, isStored, type Table } from '../../catalog/catalog.ts';
import type { Type } from '../../catalog/type.ts';
import type { Db } from '../db.ts';
import { unusedPrefix } from '../sql/markers.ts';
import { createColumnReader, type FoundColumn, findColumns } from './columns.ts';
import { readComments } from './comments.ts';
import { readComposites } from './composites.ts';
import { type Distributions, readDistributions } from './distributions.ts';
import { groupedBy } from './found.ts';
import { findFunctions, functionOf, isServedFunction, typesOfFunctions } from './functions.ts';
import { createKeyReader, findConstraints, findIndexes, findPartialKeys, type NamesOf } from './keys.ts';
import { readNumberings } from './numberings.ts';
import {
  type FoundRelation,
  findCatalogFlags,
  findDescendants,
  findPartitionKeys,
  findRelations,
  findTriggers,
} from './relations.ts';
import { findSearchConfigurations } from './searchConfigurations.ts';
import { createTypeReader, findEnums, findTypes } from './types.ts';

/** Reads PostgreSQL's catalogs one after the other, and assembles the result by relation. */
export async function readCatalog(db: Db, schema: string): Promise<Catalog> {
  const distributions = await readDistributions(db, schema);
  const relations = (await findRelations(db, schema)).filter(({ name }) => !distributions.chunks.includes(name));
  const flags = await findCatalogFlags(
    db,
    relations.map(({ id }) => id),
  );
  const columns = await findColumns(
    db,
    relations.map(({ id }) => id),
  );
  const served = (await findFunctions(db, schema)).filter(isServedFunction);
  const typesOfCalls = typesOfFunctions(served);
  const typeIds = [...new Set([...columns.map(({ type }) => type), ...typesOfCalls])];
  const enums = await findEnums(db, typeIds);
  const typeOf = createTypeReader(await findTypes(db, typeIds));
  const tables = await readTables(db, relations, columns, typeOf, distributions);
  const composites = await readComposites(db, schema, typesOfCalls, typeOf);
  return {
    schema,
    ...flags,
    markerPrefix: unusedPrefix(columns.map(({ name }) => name)),
    enums,
    tables: tables.filter((table) => table.columns.length > 0),
    composites,
    functions: served.flatMap((found) => functionOf(found, typeOf, composites) ?? []),
    searchConfigurations: await findSearchConfigurations(db),
  };
}

async function readTables(
  db: Db,
  relations: readonly FoundRelation[],
  found: readonly FoundColumn[],
  typeOf: (id: string) => Type,
  { byTable }: Distributions,
): Promise<readonly Table[]> {
  const ids = relations.map(({ id }) => id);
  const descendantsOf = groupedBy(await findDescendants(db, ids), ({ root }) => root);
  const partsOf = ({ id, kind }: FoundRelation) =>
    kind === 'partitioned table' ? [id, ...descendantsOf(id).map((part) => part.id)] : [id];
  const parts = relations.flatMap(partsOf);
  const constraints = await findConstraints(db, ids);
  const indexes = await findIndexes(db, ids);
  const partials = await findPartialKeys(db, ids);
  const commentOf = await readComments(db, {
    pg_class: [...ids, ...[...indexes, ...partials].map(({ id }) => id)],
    pg_constraint: constraints.map(({ id }) => id),
  });
  const numberingsOf = await readNumberings(db, parts, found, indexes);
  const partitionKeysOf = groupedBy(await findPartitionKeys(db, parts), ({ relation }) => relation);
  const triggersOf = groupedBy(await findTriggers(db, parts), ({ relation }) => relation);
  const columnsOf = createColumnReader(found, constraints, typeOf, commentOf);
  const namesOf = namesAmong(found.filter(({ type }) => typeOf(type).isUsable));
  const keysOf = createKeyReader({ relations, constraints, indexes, partials, namesOf, commentOf });
  return relations.map((relation) => {
    const { id, name, kind, extension, wholeRow, mayDelete } = relation;
    const own = partsOf(relation);
    const count = own.length > maxFew ? 'many' : 'few';
    const partitioning = new Map(own.flatMap(partitionKeysOf).map(({ column }) => [column, count] as const));
    const columns = columnsOf(relation, partitioning);
    const distribution = byTable[name];
    const hasInheritanceChildren =
      kind !== 'partitioned table' && distribution?.by !== 'timescaledb' && descendantsOf(id).length > 0;
    return {
      name,
      kind,
      comment: commentOf('pg_class', id),
      extension,
      columns,
      wholeRow,
      ...keysOf(relation, hasInheritanceChildren),
      hasInheritanceChildren,
      numberings: isStored(relation) ? numberingsOf(id, own, columns) : [],
      hasInsertTriggers: own.some((part) => triggersOf(part).some(({ alters }) => alters)),
      notifies: triggersOf(id).some(({ notifies }) => notifies),
      mayDelete,
      distribution,
    };
  });
}

/** Maximum number of relations, a table and its partitions, that count as few. */
const maxFew = 16;

function namesAmong(columns: readonly FoundColumn[]): NamesOf {
  const names = new Map(columns.map(({ relation, number, name }) => [`${relation} ${number}`, name]));
  return (relation, numbers) => {
    const found = numbers.flatMap((number) => names.get(`${relation} ${number}`) ?? []);
    return found.length === numbers.length ? found : null;
  };
}
