import { readFile } from 'node:fs/promises';
import { ask, targetOf } from './answers.ts';
import type { BenchDatabase } from './database.ts';
import { type Measurement, measure } from './measure.ts';
import { ours } from './programs.ts';
import type { Facts } from './questions.ts';
import type { Server } from './servers.ts';
import type { Visit } from './target.ts';

/** The result of viewers of the dashboard, each of whom opens its first page again and again. */
export interface Viewing {
  readonly filters: string;
  /** Figures per page, including the CPU. */
  readonly measurement: Measurement;
  readonly statementsPerSecond: number;
}

const viewers = 64;
const manifest = new URL('../examples/dashboard/src/gql/persisted-documents.json', import.meta.url);

/** Measures Q9: all documents of the page at once, for viewers with equal and with different filters. */
export async function measureViewers(
  servers: readonly Server[],
  database: BenchDatabase,
  seconds: number,
): Promise<readonly Viewing[]> {
  const server = servers.find(({ name }) => name === ours.name);
  if (!server) return [];
  const texts = Object.values(JSON.parse(await readFile(manifest, 'utf8')) as Record<string, string>);
  const { rows: sites } = await database.client.query<{ code: string }>('select code from events.site order by code');
  const pages: Visit[] = [];
  for (const [n, facts] of database.facts.slice(0, viewers).entries()) {
    const visit = firstPage(server, texts, facts, sites[n % sites.length]?.code ?? '');
    for (const target of visit) await ask(target);
    pages.push(await Promise.all(visit.map(async (target) => ({ ...target, answerBytes: (await ask(target)).bytes }))));
  }
  const how = { connections: viewers, seconds };
  const viewings: Viewing[] = [];
  for (const [filters, visits] of [
    ['equal', pages.slice(0, 1)],
    ['different', pages],
  ] as const) {
    await measure(server, visits, { ...how, seconds: seconds / 2 }, database);
    const before = await database.statements();
    const measurement = await measure(server, visits, how, database);
    const statements = (await database.statements()) - before;
    const statementsPerSecond = (statements / measurement.requests) * measurement.perSecond;
    viewings.push({ filters, measurement, statementsPerSecond });
  }
  return viewings;
}

/** Makes the requests of the page as it opens for the devices of a site, over the last day of these facts. */
function firstPage(server: Server, texts: readonly string[], { until }: Facts, site: string): Visit {
  const device = { site: { code: { eq: site } } };
  const occurredAt = { gte: new Date(Date.parse(until) - 86_400_000).toISOString(), lt: until };
  const ofTemperature = { device, occurredAt, eventTypeId: { eq: 'temperature' } };
  const open = { device, closedAt: { isNull: true } };
  const variables = {
    Choices: {},
    Overview: { where: { device, occurredAt }, every: 'PT15M', timeZone: 'UTC' },
    Incidents: { where: open, open, marked: { device, openedAt: occurredAt } },
    Percentiles: { where: ofTemperature, every: 'PT1H', timeZone: 'UTC' },
    Latest: { where: { device } },
  };
  return Object.entries(variables).map(([name, values]) => {
    const query = texts.find((text) => new RegExp(`query ${name}\\b`).test(text)) ?? '';
    return targetOf({ ...server, tokens: server.tokens.slice(0, 1) }, { query, variables: values });
  });
}
