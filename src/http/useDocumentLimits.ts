import { type DocumentNode, type GraphQLError, type GraphQLSchema, Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { PageLimits, RequestLimits } from '../config/limits.ts';
import type { Context } from '../context.ts';
import { tooComplex } from '../errors.ts';
import { type Price, type Priced, priceOf } from '../pricing/cost.ts';
import { scan } from '../pricing/scan.ts';
import { checkShape } from '../pricing/shape.ts';
import type { DocumentContext } from './useDocuments.ts';

/** What a request carries once its document was let in. */
export interface PricedContext {
  readonly price?: Price;
}

/** A price that is the same whatever the variables. */
interface FixedPrice extends Pick<Priced, 'operationName'> {
  readonly price: Price;
}

/** Says what an operation with its variables may cost. */
export type PriceOperation = (priced: Omit<Priced, 'pages'>) => Price;

/** A price that depends on variables is found out for each request, any other once. */
export function createPricing(pages: PageLimits): PriceOperation {
  // Documents outlive schemas: what is kept for a document must not keep the schema that it is of.
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
 * Lets a document be parsed, validated and executed only as far as it is within its limits. What depends on the text
 * alone is looked at once for each document that is parsed.
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
      // Whoever agreed on a persisted document knows its shape; how much it asks for depends on the variables.
      const errors = context.persisted ? [] : shapeOf(schema, document);
      if (errors.length > 0) return setResult(errors);
      const price = pricing({ schema, document, operationName, variables: variables ?? {} });
      extendContext({ price });
      if (context.record) context.record.cost = price.rows;
      refuseDear(price, limits);
    },
  };
}

/** Throws QUERY_TOO_COMPLEX where an operation may cost more than it may. */
export function refuseDear(price: Price, { cost: limit }: Pick<RequestLimits, 'cost'>): void {
  const { rows, dearest } = price;
  if (price.isStatic) refuseStatic(price);
  if (price.isStatic || rows <= limit) return;
  const most = dearest && `; most are those of "${dearest.path}" (${count(dearest.rows)})`;
  throw tooComplex(
    `The document may ask for ${count(rows)} rows, more than the ${count(limit)} of this server${most}: ask for smaller pages`,
  );
}

/**
 * What a document of introspection may list for each type: several times what tools ask for. An answer is made once, so
 * it costs no rows; but a shape that goes round in circles would be dear once.
 */
const maxIntrospected = 400;

function refuseStatic({ rows }: Price): void {
  if (rows <= maxIntrospected) return;
  throw tooComplex(
    `The introspection may list ${count(rows)} things for each type, more than the ${maxIntrospected} of this server: nest fewer lists, and ask once`,
  );
}

const count = (rows: number): string => (rows > 1e15 ? 'over 10^15' : rows.toLocaleString('en'));
