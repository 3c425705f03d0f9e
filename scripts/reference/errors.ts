import { AppError, errorCodes, temporaryCodes } from '../../src/errors.ts';
import { code, section, table } from './markdown.ts';

export const errorsSection = (): string =>
  section(
    'Errors',
    'These are the values of `extensions.code`. The status is that of a response without data; with data it is 200. What to do about each: [clients.md](clients.md#errors).',
    table(
      ['code', 'status', 'retry'],
      errorCodes.map((name) => {
        const { status, spec } = new AppError(name, '').extensions.http;
        const shown = spec ? `${status}; 200 under \`application/json\`` : String(status);
        return [code(name), shown, temporaryCodes.has(name) ? 'may succeed' : 'fails again'];
      }),
    ),
  );
