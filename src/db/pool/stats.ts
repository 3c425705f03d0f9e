import type { Lending } from './lending.ts';
import type { LoginError } from './loginError.ts';
import type { Members } from './members.ts';
import type { Opener } from './opener.ts';
import type { PoolEvent, Reporter } from './report.ts';

export interface PoolStats {
  /** Number of sockets, including those being opened or closed. */
  readonly sockets: number;
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
  /** Counts since the start. */
  readonly counts: Readonly<Record<PoolEvent, number>>;
  /** Time of issue of the newest token, in milliseconds since 1970; null for a password. */
  readonly tokenIssuedAt: number | null;
  /** Latest expiry of open connections' tokens, in milliseconds since 1970; Infinity for a password, null if none is open. */
  readonly tokenEndsAt: number | null;
  /** The reason why the last login failed; null if it succeeded. */
  readonly problem: LoginError | null;
}

/** The parts of a pool that its statistics come from. */
interface PoolParts {
  readonly members: Members;
  readonly lending: Lending;
  readonly opener: Opener;
  readonly reporter: Reporter;
}

/** Takes the statistics of a pool. */
export const poolStatsOf = ({ members, lending, opener, reporter: { counts, lastAt } }: PoolParts): PoolStats => ({
  sockets: members.sockets,
  open: members.usable.length,
  idle: members.usable.filter((member) => member.idle).length,
  waiting: lending.waiting,
  counts: { ...counts },
  tokenIssuedAt: lastAt['token-issued'] ?? null,
  tokenEndsAt: members.usable.reduce((latest, { token }) => Math.max(latest, token.expiresAt), 0) || null,
  problem: opener.problem,
});
