import { AppError, badInput } from '../errors.ts';
import type { Rule } from './useAdmission.ts';

/**
 * Creates the rule that refuses requests of foreign pages for which browsers send no preflight. Browsers mark them with
 * `Sec-Fetch-Site`; for browsers that do not, content types that an HTML form can send are refused: one here, the other
 * two by Yoga. Following a link (`navigate`) is allowed: it changes nothing, and only the person who followed it sees
 * the answer.
 */
export function preventCsrf(corsOrigins: readonly string[]): Rule<unknown> {
  const isForeign = ({ method, headers }: Request) =>
    // Another host of the same site counts as foreign: strangers share the domain of a hosting platform.
    /^(cross|same)-site$/.test(headers.get('sec-fetch-site') ?? '') &&
    !(method === 'GET' && headers.get('sec-fetch-mode') === 'navigate') &&
    !corsOrigins.includes(headers.get('origin') ?? '');

  return (request) => {
    if (isForeign(request))
      throw new AppError(
        'FORBIDDEN',
        'Pages of this origin may not call the API; CORS_ORIGINS lists the origins that may',
      );
    if (/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
      throw badInput('A document cannot be sent as a form: send it as application/json');
  };
}
