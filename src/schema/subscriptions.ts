import type { Arrival } from '../catalog/arrival.ts';
import { alias } from '../db/sql/select.ts';
import { asError } from '../errors.ts';
import type { StreamEnd } from '../tails/mailbox.ts';
import type { TailMessage } from '../tails/stream.ts';
import type { Builder, EnumRef } from './builder.ts';
import { source } from './fieldSource.ts';
import { selectedRows } from './selection.ts';
import type { TableType, Types } from './types.ts';

const ends: Readonly<Record<StreamEnd, string>> = {
  TIME_LIMIT: 'The stream has reached its maximum age. Resume with the cursor at once.',
  TOKEN_EXPIRED: 'The token has expired. Resume with the cursor and a new token.',
  TOO_SLOW: 'The client read more slowly than rows arrived. Resume with the cursor, perhaps with a narrower filter.',
  SCHEMA_CHANGED:
    'The schema of the database has changed. Resume with the cursor and a document that fits the new schema.',
  SHUTDOWN: 'The server is stopping. Resume with the cursor on any other replica.',
};

/** Defines the live tails of all tables with an order of arrival. */
export function defineTails(builder: Builder, types: Types): void {
  const followed = types.all.flatMap((type) => (type.arrival ? [{ ...type, arrival: type.arrival }] : []));
  if (followed.length === 0) return;
  const streamEnd = builder.enumType('StreamEnd', {
    description: 'Why the server ends a stream.',
    values: Object.fromEntries(Object.entries(ends).map(([name, description]) => [name, { value: name, description }])),
  });
  builder.subscriptionType({ description: 'Rows as they arrive.' });
  for (const type of followed) defineTail(builder, types, type, streamEnd);
}

type Followed = TableType & { readonly arrival: Arrival };

/** Defines the type of a tail's messages. */
const messageType = (builder: Builder, typeName: string, { name, edge }: Followed, streamEnd: EnumRef) =>
  builder.objectRef<TailMessage>(typeName).implement({
    description: `Added rows of ${name}, in order of arrival.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'Rows with cursors to resume after them; none if the message only updates the cursor.',
        extensions: source('rows'),
        resolve: ({ rows, after }) => rows.map((row) => ({ row, cursor: () => after(row) })),
      }),
      cursor: t.string({
        description: 'Where to resume after this message; pass it as `after` to another subscription.',
        resolve: ({ cursor }) => cursor,
      }),
      end: t.field({
        type: streamEnd,
        nullable: true,
        description: 'Why this message is the last; null if more may follow.',
        resolve: ({ end }) => end,
      }),
    }),
  });

function defineTail(builder: Builder, types: Types, type: Followed, streamEnd: EnumRef): void {
  const { table, arrival } = type;
  const { catalog, filters, names } = types;
  const [fieldName, typeName] = names.added(table);
  const message = messageType(builder, typeName, type, streamEnd);
  builder.subscriptionField(fieldName, (t) =>
    t.field({
      type: message,
      deprecationReason: table.deprecationReason,
      description: `Every row added from now on, or after a cursor, exactly once. Ordered by \`${arrival.columns[0]}\`.`,
      args: {
        where: t.arg({ type: filters.where(table) }),
        after: t.arg({
          type: 'String',
          description:
            'A cursor of an earlier message, or the `liveCursor` of a list. By default the stream starts now.',
        }),
      },
      subscribe(_root, { where, after = null }, { tails, caller, share }, info) {
        try {
          const condition = filters.condition(table, where, alias);
          const { columns } = selectedRows(info);
          return tails.open({ catalog, table, arrival, caller, share, where: condition, columns, after });
        } catch (error) {
          return messageOf(error);
        }
      },
      resolve(event, _args, context) {
        if (event instanceof Error) throw event;
        // Every event gets its own loaders, since rows loaded for an earlier one may have changed.
        Object.assign(context, context.renew(event));
        return event;
      },
    }),
  );
}

/** Yields an error as a message, because stream clients show only the status of a response with 400. */
async function* messageOf(error: unknown): AsyncGenerator<Error> {
  yield asError(error);
}
