import { type DocumentNode, type GraphQLError, type GraphQLSchema, Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { PageLimits, RequestLimits } from '../config/limits.ts';
import type { Context } from '../context.ts';
import { tooComplex } from '../errors.ts';
import { type Price, type Priced, priceOf } from '../pricing/cost.ts';
import { scan } from '../pricing/scan.ts';
import { checkShape } from '../pricing/shape.ts';
import type { DocumentContext } from './useDocuments.ts';

/** Context of a request whose document was admitted. */
export interface PricedContext {
  readonly price?: Price;
}

/** A price that does not depend on variables. */
interface FixedPrice extends Pick<Priced, 'operationName'> {
  readonly price: Price;
}

/** Calculates the most that an operation with its variables can cost. */
export type PriceOperation = (priced: Omit<Priced, 'pages'>) => Price;

/**
 * Creates the price calculator. It keeps prices that do not depend on variables; others are calculated for each
 * request.
 */
export function createPricing(pages: PageLimits): PriceOperation {
  // Documents outlive schemas, so a price kept for a document must not hold on to its schema.
  const prices = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, FixedPrice>>();
  return (priced) => {
    const { schema, document, operationName } = priced;
    const ofSchema = prices.get(schema) ?? new WeakMap<DocumentNode, FixedPrice>();
    prices.set(schema, ofSchema);
    const known = ofSchema.get(document);
    if (known && known.operationName === operationName) return known.price;
    const price = priceOf({ ...priced, pages });
    if (price.isFixed) ofSchema.set(document, { operationName, price });
    return price;
  };
}

/**
 * Stops parsing, validation and execution of a document that exceeds a limit. Checks that depend on the text alone run
 * once for each parsed document.
 */
export function useDocumentLimits(
  limits: RequestLimits,
  pricing: PriceOperation,
): Plugin<Context & DocumentContext & PricedContext> {
  const shapes = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  function shapeOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
    const known = shapes.get(document);
    if (known) return known;
    const errors = checkShape(schema, document, limits);
    shapes.set(document, errors);
    return errors;
  }

  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        scan(typeof source === 'string' ? new Source(source) : source, limits);
        return parseFn(source, options);
      });
    },
    onValidate({ params, context, setResult, extendContext }) {
      const { schema, documentAST: document } = params;
      const { variables, operationName } = context.params;
      // The shape of a persisted document is trusted. How much it asks for still depends on its variables.
      const errors = context.persisted ? [] : shapeOf(schema, document);
      if (errors.length > 0) return setResult(errors);
      const price = pricing({ schema, document, operationName, variables: variables ?? {} });
      extendContext({ price });
      if (context.record) context.record.cost = price.rows;
      refuseExpensive(price, limits);
    },
  };
}

/** Throws QUERY_TOO_COMPLEX for an operation that may cost more than the limit. */
export function refuseExpensive(price: Price, { cost: limit }: Pick<RequestLimits, 'cost'>): void {
  const { rows, largest } = price;
  if (price.isStatic) refuseIntrospection(price);
  if (price.isStatic || rows <= limit) return;
  const most = largest && `; most come from "${largest.path}" (${count(largest.rows)})`;
  throw tooComplex(
    `The document could read ${count(rows)} rows, but this server allows ${count(limit)}${most}: ask for smaller pages`,
  );
}

/**
 * Maximum number of items that an introspection may list for each type: several times what tools list. Answers to
 * introspections are kept, so they have no price in rows, but a circular selection would be expensive even once.
 */
const maxIntrospected = 400;

function refuseIntrospection({ rows }: Price): void {
  if (rows <= maxIntrospected) return;
  throw tooComplex(
    `The introspection could list ${count(rows)} items for each type, but this server allows ${maxIntrospected}: nest fewer lists, and select each only once`,
  );
}

const count = (rows: number): string => (rows > 1e15 ? 'over 10^15' : rows.toLocaleString('en'));
