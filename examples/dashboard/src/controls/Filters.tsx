import type { Answer } from '../api/useQuery';
import type { ChoicesQuery } from '../gql/graphql';
import { fullTime, moment, timeZone } from '../state/format';
import { isPreset, presetNames, presets } from '../state/range';
import { nameOf } from '../state/severities';
import type { Go } from '../state/useView';
import type { View } from '../state/view';
import { DeviceField } from './DeviceField';

export interface FiltersProps {
  readonly view: View;
  readonly go: Go;
  readonly choices: ChoicesQuery | null;
  /** The query whose age the page shows. */
  readonly answer: Pick<Answer<unknown>, 'at' | 'isStale'>;
}

/** The page's filters: site, device, severities and range. */
export function Filters({ view, go, choices, answer: { at, isStale } }: FiltersProps) {
  const sites = choices?.sites?.nodes ?? [];
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Site</span>
        <select
          value={view.site ?? ''}
          onChange={(event) => go({ site: event.currentTarget.value || null, device: null })}
        >
          <option value="">All sites</option>
          {view.site && !sites.some(({ code }) => code === view.site) && (
            <option value={view.site} selected>
              {view.site}
            </option>
          )}
          {sites.map(({ id, code, name }) => (
            <option key={id} value={code} selected={code === view.site}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <DeviceField {...{ view, go }} />
      <fieldset class="ranges">
        <legend class="hidden">Range</legend>
        {presetNames.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="range"
              checked={view.range === name}
              aria-label={`${presets[name].label}: ${presets[name].name}`}
              onChange={() => go({ range: name })}
            />
            <span>{presets[name].label}</span>
          </label>
        ))}
      </fieldset>
      {view.severities.length > 0 && (
        <button type="button" onClick={() => go({ severities: [] })}>
          Only {view.severities.map(nameOf).join(', ')} <span aria-hidden="true">×</span>
          <span class="hidden">: show all</span>
        </button>
      )}
      <p class="times">
        {!isPreset(view.range) && (
          <span>
            {fullTime(view.range.from)} – {fullTime(view.range.to)}
          </span>
        )}
        <small>
          {at !== null && `${isStale ? 'Not up to date: as' : 'As'} of ${moment(at)}, `}
          {timeZone}
        </small>
      </p>
    </form>
  );
}
