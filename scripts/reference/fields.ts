import { type GraphQLField, type GraphQLSchema, isRequiredArgument } from 'graphql';
import { code, section, table } from './markdown.ts';

const fieldsOfEvent = /^(events?|events(Aggregate|GroupedAggregate|Added)|(create|update|delete)Events?)$/;

/** Lists the root fields for a table of the sample. */
export function fieldsSection(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const rows = roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter(({ name }) => fieldsOfEvent.test(name))
      .map((field) => [String(root), code(signature(field)), code(String(field.type)), field.description ?? '']),
  );
  return section(
    'Fields of a table',
    "The fields for the sample's table `event`, if the role may read and write it. Required arguments have a `!`. For other names see [names.md](names.md).",
    table(['in', 'field', 'type', 'description'], rows),
  );
}

const signature = ({ name, args }: GraphQLField<unknown, unknown>): string =>
  args.length === 0
    ? name
    : `${name}(${args.map((arg) => arg.name + (isRequiredArgument(arg) ? '!' : '')).join(', ')})`;
