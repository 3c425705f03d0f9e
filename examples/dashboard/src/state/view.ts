import type { Severity } from '../gql/graphql';
import { type Between, isPossible, isPreset, presetNames, presets, type Range } from './range';
import { nameOf, severities } from './severities';

/** The state of the page, all of which is in its address. */
export interface View {
  /** The code of a site. */
  readonly site: string | null;
  /** The serial number of a device. */
  readonly device: string | null;
  /** Severities of events; an empty list means all. */
  readonly severities: readonly Severity[];
  readonly range: Range;
  /** The event type whose values are drawn. */
  readonly measure: string;
  readonly live: boolean;
}

const usual = { range: '24h', measure: 'temperature' } as const;

export interface Address {
  readonly view: View;
  /** Invalid parts, for which the defaults are used. */
  readonly faults: readonly string[];
}

const known = ['site', 'device', 'severity', 'range', 'from', 'to', 'measure', 'live'];

/** The default view, of an empty address. */
export const usualView: View = { site: null, device: null, severities: [], live: true, ...usual };

/** Reads an address; missing parts have defaults. */
export function readAddress(search: string): Address {
  const params = new URLSearchParams(search);
  const faults = [...params.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => `The address says “${name}”, which this page does not know.`);
  const live = params.get('live') || 'on';
  if (live !== 'on' && live !== 'off') faults.push(`Live is “on” or “off”, not “${live}”. It is on.`);
  const view = {
    site: params.get('site') || null,
    device: params.get('device') || null,
    severities: readSeverities(params.get('severity') ?? '', faults),
    range: readRange(params, faults),
    measure: params.get('measure') || usual.measure,
    live: live !== 'off',
  };
  return { view, faults };
}

function readSeverities(text: string, faults: string[]): readonly Severity[] {
  const names = text === '' ? [] : text.split(',');
  const unknown = names.filter((name) => !severities.some((severity) => nameOf(severity) === name));
  if (unknown.length > 0)
    faults.push(`There is no severity “${unknown.join('”, “')}”: there are ${severities.map(nameOf).join(', ')}.`);
  return severities.filter((severity) => names.includes(nameOf(severity)));
}

function readRange(params: URLSearchParams, faults: string[]): Range {
  const [name, begin, end] = ['range', 'from', 'to'].map((key) => params.get(key) ?? '');
  const refuse = (reason: string): Range => {
    faults.push(`${reason}. What is shown is ${presets[usual.range].name}.`);
    return usual.range;
  };
  if (name) return isPreset(name) ? name : refuse(`There is no range “${name}”: there are ${presetNames.join(', ')}`);
  if (!begin && !end) return usual.range;
  const range = { from: Date.parse(begin ?? ''), to: Date.parse(end ?? '') };
  return isPossible(range) ? range : refuse(`From “${begin}” to “${end}” is no range: ${whyNot(range)}`);
}

function whyNot({ from, to }: Between): string {
  if (Number.isNaN(from) || Number.isNaN(to)) return 'both must be times such as 2026-01-31T12:00Z';
  return from >= to ? 'it ends before it begins' : 'it may be five years long at most, from 1970 on';
}

/** Returns the address of a view, without defaults. */
export function addressOf({ site, device, severities, range, measure, live }: View): string {
  const params = new URLSearchParams();
  if (site) params.set('site', site);
  if (device) params.set('device', device);
  if (severities.length > 0) params.set('severity', severities.map(nameOf).join(','));
  if (!isPreset(range)) {
    params.set('from', new Date(range.from).toISOString());
    params.set('to', new Date(range.to).toISOString());
  } else if (range !== usual.range) params.set('range', range);
  if (measure !== usual.measure) params.set('measure', measure);
  if (!live) params.set('live', 'off');
  const search = params.toString();
  return search ? `?${search}` : location.pathname;
}
