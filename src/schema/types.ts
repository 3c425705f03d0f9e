import type { Arrival, Arrivals } from '../catalog/arrival.ts';
import type { Catalog, Table } from '../catalog/catalog.ts';
import type { Directed } from '../catalog/directives.ts';
import { type FormerNames, formerNames } from '../catalog/formerNames.ts';
import { leafFamily } from '../catalog/nameFamilies.ts';
import { nameCatalog } from '../catalog/naming.ts';
import type { PageLimits } from '../config/limits.ts';
import { marker } from '../db/sql/markers.ts';
import type { Row } from '../db/sql/row.ts';
import { required } from '../errors.ts';
import { measureOrderNames } from './aggregates/measureOrders.ts';
import { createShapes } from './aggregates/shape.ts';
import { type Aggregates, createAggregates } from './aggregates/types.ts';
import type { Builder } from './builder.ts';
import { type ColumnForms, createColumnForms } from './columnForms.ts';
import { createLeaves } from './createLeaves.ts';
import { createFilters, type Filters } from './filters/filters.ts';
import { createRecords, type RecordOf } from './functions/records.ts';
import { createRowInputs, type RowInputOf } from './functions/rowInputs.ts';
import { connectionType, describePages, pageInfoType } from './lists/connection.ts';
import { directionEnum } from './lists/direction.ts';
import { hasDistance } from './lists/distance.ts';
import { type EdgeRef, edgeType, type RowRef, rowRef } from './lists/edge.ts';
import { createLivePlan, liveColumn, type PlanLive } from './lists/liveCursor.ts';
import { createOrders, type Orders } from './lists/order.ts';
import { boundsName } from './rangeBounds.ts';
import { customScalars } from './scalars.ts';
import type { SchemaBase } from './schemaBase.ts';
import { textNames } from './senses.ts';

export interface TableType {
  readonly table: Table;
  readonly name: string;
  readonly ref: RowRef;
  readonly edge: EdgeRef;
  readonly connection: ReturnType<typeof connectionType>;
  /** Order of its live tail; null if it has none. */
  readonly arrival: Arrival | null;
  readonly planLive: PlanLive;
}

/** The GraphQL types of a catalog: everything to which fields may refer, declared before them. */
export interface Types extends SchemaBase {
  readonly formerNames: FormerNames;
  readonly filters: Filters;
  readonly orders: Orders;
  readonly aggregates: Aggregates;
  readonly limits: PageLimits;
  /** Input types of rows that functions take. */
  readonly rowInput: RowInputOf;
  readonly record: RecordOf;
  readonly columnForms: ColumnForms;
  readonly node: ReturnType<typeof nodeInterface>;
  readonly all: readonly TableType[];
  /** Returns the types of a table by its name. */
  readonly of: (table: string) => TableType;
}

interface TypesOptions {
  readonly arrivals: Arrivals;
  readonly limits: PageLimits;
  /** Called for values that the catalog does not know. */
  readonly onSchemaChanged?: (error: Error) => void;
}

/** Declares the GraphQL types of all tables before any field refers to them. */
export function createTypes(builder: Builder, directed: Directed, options: TypesOptions): Types {
  const { arrivals, limits, onSchemaChanged } = options;
  const { catalog } = directed;
  const names = nameCatalog(directed, ownTypes);
  const leaf = createLeaves(builder, catalog, names, onSchemaChanged);
  const base: SchemaBase = { catalog, names, leaf };
  const pageInfo = pageInfoType(builder);
  const description = describePages(limits);
  const byTable = new Map(
    catalog.tables.map((table): [string, TableType] => {
      const name = names.type(table);
      const ref = rowRef(builder, name);
      const hasDistances = table.columns.some((column) => hasDistance(leaf(column)));
      const edge = edgeType(builder, name, ref, hasDistances);
      const found = arrivals.get(table.name);
      const arrival = found && 'columns' in found ? found : null;
      const connection = connectionType(builder, name, {
        node: ref,
        edge,
        pageInfo,
        description,
        live: arrival && liveColumn(catalog),
      });
      const planLive = createLivePlan(catalog, table, arrival);
      return [table.name, { table, name, ref, edge, connection, arrival, planLive }];
    }),
  );
  const of = (table: string) => required(byTable, table);
  const filters = createFilters(builder, base);
  const shapes = createShapes(base);
  const direction = directionEnum(builder);
  const rowOf = (table: string) => of(table).ref;
  const aggregates = createAggregates(builder, { catalog, shapes, filters, direction, rowOf });
  const orders = createOrders(builder, { ...base, shapes, aggregates, direction });
  const columnForms = createColumnForms(builder, base);
  return {
    ...base,
    formerNames: formerNames(directed, ownTypes, names),
    limits,
    filters,
    orders,
    aggregates,
    rowInput: createRowInputs(builder, base),
    record: createRecords(builder, base, columnForms),
    columnForms,
    node: nodeInterface(builder, catalog),
    all: [...byTable.values()],
    of,
  };
}

const nodeInterface = (builder: Builder, catalog: Catalog) => {
  const typeOf = (row: Row) => row[marker(catalog, 'type')];
  return builder.interfaceRef<Row>('Node').implement({
    description: 'A row that can be fetched by its global id.',
    extensions: { typeOf },
    resolveType: typeOf,
    fields: (t) => ({ id: t.id({ description: 'Identifies the row among the rows of all tables.' }) }),
  });
};

const scalarNames = ['ID', 'String', 'Int', 'Float', 'Boolean', ...Object.keys(customScalars)];

/** Names of types that the API reserves in every schema. */
const ownTypes = [
  'Query',
  'Mutation',
  'Subscription',
  'Node',
  'PageInfo',
  'OrderDirection',
  'ConflictAction',
  'StreamEnd',
  'JSONPathWhere',
  'JSONPathOrderBy',
  'SearchRankOrderBy',
  'JSONType',
  'GeoJSONDistanceWhere',
  'GeoJSONDistanceOrderBy',
  'VectorDistanceOrderBy',
  'VectorMetric',
  ...scalarNames,
  'PercentileOrderBy',
  'Bucket',
  'Change',
  'ChangeAggregate',
  'ChangeHaving',
  'ChangeAggregateHaving',
  'EpochAggregate',
  ...measureOrderNames,
  ...scalarNames.map(boundsName),
  'TimePart',
  'TimeParts',
  'TimePartsOrderBy',
  ...[...scalarNames, ...Object.values(textNames)].flatMap((name) => leafFamily.map((suffix) => name + suffix)),
];
