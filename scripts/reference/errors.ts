import { AppError, type ErrorCode, errorCodes, temporaryCodes } from '../../src/errors.ts';
import { code, section, table } from './markdown.ts';

/** Conditions of a retry's success that the code alone does not give. */
const conditions: Partial<Record<ErrorCode, string>> = {
  CONFLICT: 'may succeed if the message says so',
  TIMEOUT: 'may succeed if the database was busy',
};

/** Codes that only Yoga sets. It marks these errors so that they get a 200 under application/json. */
const ofYoga: ReadonlySet<ErrorCode> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);

/** Shows the status of a response with this code. */
function statusOf(name: ErrorCode): string {
  const { status, spec } = new AppError(name, '').extensions.http;
  if (name === 'BAD_USER_INPUT') return `${status}; 400 or 200 under \`application/json\``;
  return spec || ofYoga.has(name) ? `${status}; 200 under \`application/json\`` : String(status);
}

export const errorsSection = (): string =>
  section(
    'Errors',
    'These are the values of `extensions.code`. The status is that of a response without data; with data it is 200. What to do about each: [clients.md](clients.md#errors).',
    'Some errors have the status 200 if the response is `application/json`. The response has this type unless `accept` asks for `application/graphql-response+json` first. `BAD_USER_INPUT` is then a 200 if a value is wrong or the document is missing, and a 400 if the request itself is wrong, for example its JSON. With either type, a mutation by GET is a 405 and a body with a content encoding a 415. So recognise failures by `errors`, not by the status.',
    table(
      ['code', 'status', 'retry'],
      errorCodes.map((name) => {
        const retry = conditions[name] ?? (temporaryCodes.has(name) ? 'may succeed' : 'fails again');
        return [code(name), statusOf(name), retry];
      }),
    ),
  );
