import { loadSample, type SampleOptions } from '../../src/dev/embedded/sample.ts';
import { createEmptyDatabase, type TestDatabase } from './database.ts';

/**
 * Database options for `setUp`: a sample that ends at a fixed time, so that its rows and the answers in the
 * documentation never change.
 */
export const sampleUntil = (sample: SampleOptions & Required<Pick<SampleOptions, 'until'>>) => ({
  database: createEmptyDatabase,
  async prepare({ connect, grantAll, connection }: TestDatabase) {
    const owner = await connect();
    await loadSample(owner, sample);
    await owner.end();
    await grantAll(connection);
  },
});
