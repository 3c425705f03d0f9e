import { isPreset, type Range } from './range';

/** What the page shows; all of it stands in its address. */
export interface View {
  /** The code of a site. */
  readonly site: string | null;
  /** The serial number of a device. */
  readonly device: string | null;
  readonly range: Range;
  /** The event type whose values are drawn. */
  readonly measure: string;
  readonly live: boolean;
}

const usual = { range: '24h', measure: 'temperature' } as const;

/** Reads an address; what it does not say, or says wrongly, is as usual. */
export function parseView(search: string): View {
  const params = new URLSearchParams(search);
  return {
    site: params.get('site') || null,
    device: params.get('device') || null,
    range: parseRange(params),
    measure: params.get('measure') || usual.measure,
    live: params.get('live') !== 'off',
  };
}

function parseRange(params: URLSearchParams): Range {
  const name = params.get('range') ?? '';
  if (isPreset(name)) return name;
  const from = Date.parse(params.get('from') ?? '');
  const to = Date.parse(params.get('to') ?? '');
  return from < to ? { from, to } : usual.range;
}

/** The address of a view, without what is as usual. */
export function addressOf({ site, device, range, measure, live }: View): string {
  const params = new URLSearchParams();
  if (site) params.set('site', site);
  if (device) params.set('device', device);
  if (!isPreset(range)) {
    params.set('from', new Date(range.from).toISOString());
    params.set('to', new Date(range.to).toISOString());
  } else if (range !== usual.range) params.set('range', range);
  if (measure !== usual.measure) params.set('measure', measure);
  if (!live) params.set('live', 'off');
  const search = params.toString();
  return search ? `?${search}` : location.pathname;
}
