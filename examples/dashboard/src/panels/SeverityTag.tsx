import { nameOf } from '../charts/stack';
import type { Severity } from '../gql/graphql';

export const SeverityTag = ({ severity }: { readonly severity: Severity }) => (
  <span class={`tag ${nameOf(severity)}`}>{nameOf(severity)}</span>
);
