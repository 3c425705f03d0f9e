import { AppError } from '../../errors.ts';
import type { Db } from '../db.ts';

/**
 * Wraps the database for statements on the catalog: if one exceeds its timeout, the error names the variable to raise.
 */
export const explainTimeouts = (db: Db, schema: string): Db => ({
  ...db,
  async rows(query) {
    const started = performance.now();
    try {
      return await db.rows(query);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'TIMEOUT') throw error;
      const ms = Math.round(performance.now() - started);
      throw new AppError(
        'TIMEOUT',
        `The catalog of the schema "${schema}" takes too long to read: PostgreSQL ended a statement after ${ms} ms. Raise PG_STATEMENT_TIMEOUT_MS`,
        { cause: error },
      );
    }
  },
});
