// #region environment
import { Environment, type FetchFunction, Network, RecordSource, Store } from 'relay-runtime';
import { patientFetch } from './patientFetch';

/** An operation whose fields all failed; `codes` are the reasons. */
export class ApiError extends Error {
  codes: string[];

  constructor(errors: { message: string; extensions: { code: string } }[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.codes = errors.map(({ extensions }) => extensions.code);
  }
}

export const createEnvironment = (url: string) => {
  const send: FetchFunction = async ({ text }, variables) => {
    const response = await patientFetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: text, variables }),
    });
    const result = await response.json();
    const isEmpty = Object.values(result.data ?? {}).every((field) => field === null);
    if (result.errors && isEmpty) throw new ApiError(result.errors);
    return result;
  };
  return new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
};
// #endregion
