import { type Attributes, type Span, SpanKind } from '@opentelemetry/api';
import { DatabaseError } from 'pg';
import type { Logger } from 'pino';
import type { RequestRecord } from '../context.ts';
import type { Db } from '../db/db.ts';
import type { Row } from '../db/sql/row.ts';
import { type Sql, type StatementSubject, toQuery } from '../db/sql/sql.ts';
import { AppError } from '../errors.ts';
import { type DatabaseName, databaseAttributes, errorType, inSpan, noSpan } from '../tracing/span.ts';
import type { Instruments } from './instruments.ts';

export interface StatementWatchOptions {
  readonly instruments: Instruments;
  readonly log: Logger;
  readonly database: DatabaseName;
  /** Statements that take longer are logged. */
  readonly slowStatementMs: number;
}

/** Wraps databases so that their statements are measured and slow ones logged. */
export interface StatementWatch {
  /** Watches one request: its record counts the statements, and each is a span of its trace. */
  readonly ofRequest: (db: Db, record: RequestRecord) => Db;
  /** Watches live tails, which read for all clients and belong to no trace. */
  readonly ofTails: (db: Db) => Db;
}

export function createStatementWatch({
  instruments,
  log,
  database,
  slowStatementMs,
}: StatementWatchOptions): StatementWatch {
  const attributesOf = createAttributes(databaseAttributes(database));

  function run(span: Span, query: Sql, send: Db['rows'], record?: RequestRecord): Promise<readonly Row[]> {
    const started = performance.now();
    const attributes = attributesOf(query);
    if (span.isRecording()) {
      span.updateName(attributes['db.query.summary']).setAttributes(attributes);
      span.setAttribute('db.query.text', toQuery(query).text);
    }
    if (record) record.statements++;
    const measure = (failure?: Attributes) => {
      const ms = performance.now() - started;
      instruments.statementDuration.record(ms / 1000, failure ? { ...attributes, ...failure } : attributes);
      if (ms > slowStatementMs) warn(query, ms, record);
    };
    return send(query).then(
      (rows) => {
        if (record) record.rows += rows.length;
        span.setAttribute('db.response.returned_rows', rows.length);
        measure();
        return rows;
      },
      (error) => {
        const failure = failureOf(error);
        span.setAttributes(failure);
        measure(failure);
        throw error;
      },
    );
  }

  function warn(query: Sql, ms: number, record: RequestRecord | undefined): void {
    const request = { operation: record?.operation?.name, document: record?.documentId };
    log.warn({ durationMs: Math.round(ms), ...request, statement: toQuery(query).text }, 'Slow statement');
  }

  return {
    ofRequest(db, record) {
      const watched =
        (send: Db['rows']): Db['rows'] =>
        (query) =>
          inSpan('SQL', { kind: SpanKind.CLIENT }, (span) => run(span, query, send, record));
      return { rows: watched(db.rows), write: watched(db.write) };
    },
    ofTails: (db) => ({ ...db, rows: (query) => run(noSpan, query, db.rows) }),
  };
}

type StatementAttributes = Attributes & { readonly 'db.query.summary': string };

/**
 * Creates the function that returns a statement's attributes. Statements of extensions have no subject, so all have the
 * same ones.
 */
function createAttributes(common: Attributes) {
  const known = new WeakMap<StatementSubject, StatementAttributes>();
  const withoutSubject = { ...common, 'db.query.summary': 'SQL' };
  return ({ subject }: Sql): StatementAttributes => {
    if (!subject) return withoutSubject;
    const { operation, collection } = subject;
    const found = known.get(subject) ?? {
      ...common,
      'db.operation.name': operation,
      'db.collection.name': collection,
      'db.query.summary': `${operation} ${collection}`,
    };
    known.set(subject, found);
    return found;
  };
}

/** Returns the attributes of a failure, with the SQLSTATE if PostgreSQL answered. */
function failureOf(error: unknown): Attributes {
  const cause = error instanceof AppError ? error.cause : error;
  const state = cause instanceof DatabaseError && cause.code;
  return { 'error.type': errorType(error), ...(state && { 'db.response.status_code': state }) };
}
