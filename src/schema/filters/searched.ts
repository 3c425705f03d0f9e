import { isFound, searchFor } from '../../db/sql/search.ts';
import { mapped } from '../../db/sql/slot.ts';
import type { Operators } from './operator.ts';

export const searched: Operators = {
  search: {
    argument: 'String',
    description:
      'Has these words, in any inflection. Also takes "a phrase", or, and -word. Example: "pump or valve -test".',
    condition: (operand, query) => isFound(searchFor(operand, operand.search, mapped(query, String))),
  },
};
