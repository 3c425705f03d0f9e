import { severities } from '../charts/stack';
import type { OverviewQuery } from '../gql/graphql';
import { count, share } from '../state/format';

export interface FiguresProps {
  readonly overview: OverviewQuery | null;
  /** Whether they are about one device only. */
  readonly isOne: boolean;
  readonly openIncidents: number | null;
}

/** The numbers that one looks at first. */
export function Figures({ overview, isOne, openIncidents }: FiguresProps) {
  const events = overview?.totals?.count ?? null;
  const bad = severities.slice(0, 2);
  const failures =
    overview?.bySeverity
      ?.filter(({ key: { severity } }) => severity !== null && bad.includes(severity))
      .reduce((sum, { count }) => sum + count, 0) ?? null;
  const devices = overview?.totals?.of.deviceId.countDistinct ?? null;
  return (
    <dl class="figures">
      <Figure name="Events" value={events} />
      <Figure
        name="Errors and worse"
        value={failures}
        note={events && failures !== null ? share(failures / events) : null}
      />
      {!isOne && <Figure name="Devices reporting" value={devices} />}
      <Figure name="Open incidents" value={openIncidents} />
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number | null;
  readonly note?: string | null;
}

const Figure = ({ name, value, note }: FigureProps) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {value === null ? '–' : count(value)} {note && <small>{note}</small>}
    </dd>
  </div>
);
