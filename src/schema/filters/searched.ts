import { isFound, searchFor } from '../../db/sql/search.ts';
import { mapped } from '../../db/sql/slot.ts';
import type { Operators } from './operator.ts';

export const searched: Operators = {
  search: {
    argument: 'String',
    description:
      'Has these words, in any inflection. Put quotes around a phrase, "or" between alternatives, and "-" before a word to exclude. Example: "pump or valve -test".',
    condition: (operand, query) => isFound(searchFor(operand, operand.search, mapped(query, String))),
  },
};
