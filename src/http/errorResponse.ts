import type { FetchAPI } from 'graphql-yoga';
import type { AppError } from '../errors.ts';

/** Creates the response to a request that fails before it reaches GraphQL. */
export function errorResponse(
  { Response: ResponseClass }: Pick<FetchAPI, 'Response'>,
  { message, extensions }: AppError,
  headers?: Readonly<Record<string, string>>,
): Response {
  const { code, http } = extensions;
  return ResponseClass.json(
    { errors: [{ message, extensions: { code } }] },
    { status: http.status, headers: { ...http.headers, ...headers } },
  );
}
