import { AppError, type ErrorCode, errorCodes, temporaryCodes } from '../../src/errors.ts';
import { code, section, table } from './markdown.ts';

/** Conditions of a retry's success that the code alone does not give. */
const conditions: Partial<Record<ErrorCode, string>> = {
  CONFLICT: 'may succeed if the message says so',
  TIMEOUT: 'may succeed if the database was busy',
};

export const errorsSection = (): string =>
  section(
    'Errors',
    'These are the values of `extensions.code`. The status is that of a response without data; with data it is 200. What to do about each: [clients.md](clients.md#errors).',
    table(
      ['code', 'status', 'retry'],
      errorCodes.map((name) => {
        const { status, spec } = new AppError(name, '').extensions.http;
        const shown = spec ? `${status}; 200 under \`application/json\`` : String(status);
        const retry = conditions[name] ?? (temporaryCodes.has(name) ? 'may succeed' : 'fails again');
        return [code(name), shown, retry];
      }),
    ),
  );
