import type { Severity } from '../gql/graphql';
import { nameOf } from '../state/severities';

export const SeverityTag = ({ severity }: { readonly severity: Severity }) => (
  <span class={`tag ${nameOf(severity)}`}>{nameOf(severity)}</span>
);
