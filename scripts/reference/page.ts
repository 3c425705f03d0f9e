import { type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { commandsSection } from './commands.ts';
import { errorsSection } from './errors.ts';
import type { EveryType } from './everyType.ts';
import { fieldsSection } from './fields.ts';
import { typesSections } from './types.ts';

const introduction = `# Reference

\`npm run schema:write\` generates this page from the code; \`npm run check\` fails if it is outdated.

- [Types](#types), their [operators](#operators) and [measures](#measures)
- [Fields of a table](#fields-of-a-table)
- [Errors](#errors)
- [Commands](#commands)
- On other pages: [scalars](clients.md#values), [names](names.md), [variables](configuration.md), [metrics](operations.md#metrics)
`;

/** Writes the reference, from a schema with every type and from the sample's schema. */
export const referencePage = (everyType: EveryType, ofEveryType: GraphQLSchema, ofSample: GraphQLSchema): string =>
  [
    introduction,
    ...typesSections(everyType, lexicographicSortSchema(ofEveryType)),
    fieldsSection(lexicographicSortSchema(ofSample)),
    errorsSection(),
    commandsSection(),
  ].join('\n');
