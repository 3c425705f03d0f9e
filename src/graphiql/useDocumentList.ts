import { type DocumentNode, Kind, type OperationDefinitionNode, print } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Api } from '../api/api.ts';
import type { Caller } from '../auth/callers/caller.ts';
import type { Admitted } from '../http/useAdmission.ts';
import { permissionFor } from '../http/usePermissions.ts';

/** A persisted document as GraphiQL lists it. */
export interface ListedDocument {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  /** JSON with every variable that has no default; empty if there is none. */
  readonly variables: string;
}

export const documentListPath = (endpoint: string) => `${endpoint}/graphiql/documents.json`;

/**
 * Lists the persisted documents for GraphiQL: for each caller those that fit the schema and that the caller may run.
 */
export function useDocumentList(endpoint: string): Plugin<object, Admitted & { api?: Api; caller: Caller | null }> {
  return {
    onRequest({ request, url, serverContext: { api, caller, refusal }, fetchAPI, endResponse }) {
      if (!api || refusal || request.method !== 'GET' || url.pathname !== documentListPath(endpoint)) return;
      const listed = api.documents.all.flatMap(({ stored, document }): readonly ListedDocument[] => {
        const operations = document ? operationsIn(document) : [];
        const runs = operations.filter(({ operation }) => !caller || caller.permissions.has(permissionFor(operation)));
        const [id] = stored.ids;
        if (!document || !id || runs.length === 0) return [];
        const names = operations.flatMap(({ name }) => name?.value ?? []);
        const open = operations.flatMap(openVariables);
        const variables = open.length > 0 ? JSON.stringify(Object.fromEntries(open), null, 2) : '';
        return [{ id, name: names.join(', ') || id, query: print(document), variables }];
      });
      endResponse(fetchAPI.Response.json(listed.toSorted((a, b) => a.name.localeCompare(b.name))));
    },
  };
}

const operationsIn = ({ definitions }: DocumentNode) =>
  definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );

const openVariables = ({ variableDefinitions = [] }: OperationDefinitionNode) =>
  variableDefinitions.filter(({ defaultValue }) => !defaultValue).map(({ variable }) => [variable.name.value, null]);
