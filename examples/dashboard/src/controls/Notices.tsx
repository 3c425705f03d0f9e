import type { ChoicesQuery } from '../gql/graphql';
import { usualView, type View } from '../state/view';
import { ViewLink } from './ViewLink';

export interface NoticesProps {
  readonly view: View;
  /** Invalid parts of the address. */
  readonly faults: readonly string[];
  readonly choices: ChoicesQuery | null;
}

/** Explains which parts of the address were ignored. */
export function Notices({ view: { site, measure }, faults, choices }: NoticesProps) {
  const sites = choices?.sites?.nodes;
  const measures = choices?.measures?.nodes;
  const texts = [
    ...faults,
    ...(site && sites && !sites.some(({ code }) => code === site) ? [`There is no site “${site}”.`] : []),
    ...(measures && !measures.some(({ eventTypeId }) => eventTypeId === measure)
      ? [`There is no kind of value “${measure}”.`]
      : []),
  ];
  return (
    <div role="status">
      {texts.length > 0 && (
        <div class="notice address">
          {texts.map((text) => (
            <p key={text}>{text}</p>
          ))}
          <ViewLink to={usualView}>Show the usual view</ViewLink>
        </div>
      )}
    </div>
  );
}
