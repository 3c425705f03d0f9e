import { AppError, badInput } from '../errors.ts';
import type { Rule } from './useAdmission.ts';

/**
 * Refuses what a browser sends for a foreign page without asking first. Browsers name such requests in
 * `Sec-Fetch-Site`; for those that do not, forms are no way to send a document: any other content type is asked for.
 * A link that somebody follows (`navigate`) is let in: it changes nothing, and its answer is for them alone to see.
 */
export function preventCsrf(corsOrigins: readonly string[]): Rule<unknown> {
  const isForeign = ({ method, headers }: Request) =>
    // Other hosts of one site are foreign too: a platform's domain is shared by strangers.
    /^(cross|same)-site$/.test(headers.get('sec-fetch-site') ?? '') &&
    !(method === 'GET' && headers.get('sec-fetch-mode') === 'navigate') &&
    !corsOrigins.includes(headers.get('origin') ?? '');

  return (request) => {
    if (isForeign(request))
      throw new AppError('FORBIDDEN', 'Pages of this origin may not call the API: CORS_ORIGINS names those that may');
    if (/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
      throw badInput('A document does not come as a form: send it as application/json');
  };
}
