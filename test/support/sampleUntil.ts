import { loadSample, type SampleOptions } from '../../src/dev/embedded/sample.ts';
import { createEmptyDatabase, type TestDatabase } from './database.ts';

/** What `setUp` makes a database with a sample of, whose rows are the same at any time, for answers that stand on a page. */
export const sampleUntil = (sample: SampleOptions & Required<Pick<SampleOptions, 'until'>>) => ({
  database: createEmptyDatabase,
  async prepare({ connect, grantAll, connection }: TestDatabase) {
    const owner = await connect();
    await loadSample(owner, sample);
    await owner.end();
    await grantAll(connection);
  },
});
