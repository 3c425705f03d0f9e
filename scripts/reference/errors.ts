import { AppError, errorCodes, passing } from '../../src/errors.ts';
import { code, section, table } from './markdown.ts';

export const errorsSection = (): string =>
  section(
    'Errors',
    'In `extensions.code`. The status is that of a reply without data; with some data it is 200. What to do about each: [clients.md](clients.md#errors).',
    table(
      ['code', 'status', 'the same again'],
      errorCodes.map((name) => {
        const { status, spec } = new AppError(name, '').extensions.http;
        const shown = spec ? `${status}; 200 under \`application/json\`` : String(status);
        return [code(name), shown, passing.has(name) ? 'may work later' : 'fails again'];
      }),
    ),
  );
