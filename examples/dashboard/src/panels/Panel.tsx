import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/useQuery';
import './panels.css';

export interface PanelProps {
  readonly name: string;
  readonly title: string;
  /** Shown next to the title. */
  readonly aside?: ComponentChildren;
  readonly answer: Pick<Answer<unknown>, 'data' | 'problem' | 'isStale' | 'refresh'>;
  /** Message if there is nothing to show; null if there is something. */
  readonly empty: string | null;
  readonly children: ComponentChildren;
}

/** A part of the page with a title, and a message while it has no data or if there is none. */
export function Panel({ name, title, aside, answer, empty, children }: PanelProps) {
  return (
    <section
      class={`panel ${name} ${answer.isStale ? 'stale' : ''}`}
      aria-labelledby={`${name}-title`}
      aria-busy={answer.isStale}
    >
      <header>
        <h2 id={`${name}-title`}>{title}</h2>
        {aside}
      </header>
      <Content {...{ answer, empty }}>{children}</Content>
    </section>
  );
}

function Content({ answer, empty, children }: Pick<PanelProps, 'answer' | 'empty' | 'children'>) {
  const { data, problem, refresh } = answer;
  const failed = problem !== null && problem.kind !== 'away';
  return (
    <>
      {failed && (
        <p class="notice bad" role="alert">
          {problem.message}{' '}
          <button type="button" onClick={refresh}>
            Try again
          </button>
        </p>
      )}
      {data === null ? !failed && <div class="skeleton" role="status" aria-label="Loading" /> : null}
      {data !== null && (empty === null ? children : <p class="empty">{empty}</p>)}
    </>
  );
}
