import type { ChoicesQuery } from '../gql/graphql';
import { dayAndClock } from '../state/format';
import { isPreset, presetNames, presets } from '../state/range';
import type { Go } from '../state/useView';
import type { View } from '../state/view';
import { DeviceField } from './DeviceField';

export interface FiltersProps {
  readonly view: View;
  readonly go: Go;
  readonly choices: ChoicesQuery | null;
}

/** What the page is about: where, which device, and when. */
export function Filters({ view, go, choices }: FiltersProps) {
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>Site</span>
        <select
          value={view.site ?? ''}
          onChange={(event) => go({ site: event.currentTarget.value || null, device: null })}
        >
          <option value="">All sites</option>
          {choices?.sites?.nodes.map(({ id, code, name }) => (
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
              aria-label={presets[name].name}
              onChange={() => go({ range: name })}
            />
            <span>{presets[name].label}</span>
          </label>
        ))}
      </fieldset>
      {!isPreset(view.range) && (
        <span class="between">
          {dayAndClock(view.range.from)} – {dayAndClock(view.range.to)}
        </span>
      )}
    </form>
  );
}
