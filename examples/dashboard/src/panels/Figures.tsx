import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/useQuery';
import { ViewLink } from '../controls/ViewLink';
import type { IncidentsQuery, OverviewQuery } from '../gql/graphql';
import { count, share } from '../state/format';
import { errorsAndWorse } from '../state/severities';

export interface FiguresProps {
  readonly overview: Answer<OverviewQuery>;
  /** True if the figures concern a single device. */
  readonly isOne: boolean;
  readonly incidents: Answer<IncidentsQuery>;
}

/** The most important numbers. */
export function Figures({ overview: { data, isStale }, isOne, incidents }: FiguresProps) {
  const events = data?.totals?.count ?? null;
  const failures =
    data?.bySeverity
      ?.filter(({ key: { severity } }) => severity !== null && errorsAndWorse.includes(severity))
      .reduce((sum, { count }) => sum + count, 0) ?? null;
  const devices = data?.totals?.of.deviceId.countDistinct ?? null;
  return (
    <dl class="figures">
      <Figure name="Events" value={events} isStale={isStale} />
      <Figure
        name={<ViewLink to={{ severities: errorsAndWorse }}>Errors and worse</ViewLink>}
        value={failures}
        note={events && failures !== null ? share(failures / events) : null}
        isStale={isStale}
      />
      {!isOne && <Figure name="Devices reporting" value={devices} isStale={isStale} />}
      <Figure name="Open incidents" value={incidents.data?.open?.totalCount ?? null} isStale={incidents.isStale} />
    </dl>
  );
}

interface FigureProps {
  readonly name: ComponentChildren;
  readonly value: number | null;
  readonly note?: string | null;
  readonly isStale: boolean;
}

const Figure = ({ name, value, note, isStale }: FigureProps) => (
  <div class={isStale ? 'stale' : ''}>
    <dt>{name}</dt>
    <dd>
      {value === null ? '–' : count(value)} {note && <small>{note}</small>}
      {isStale && value !== null && <small> not up to date</small>}
    </dd>
  </div>
);
