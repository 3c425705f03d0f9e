import { base, byHand, ours, oursBare, oursOpen, type Program } from './programs.ts';

/** The conditions of a load; a column of the report. */
export interface Column {
  readonly name: string;
  readonly connections: number;
  readonly programs: readonly Program[];
  /** The questions, if not all. */
  readonly questions?: readonly string[];
  /** Milliseconds to the database, if it is away from the server. */
  readonly away?: number;
  /** The server's share of a processor, if it is limited. */
  readonly cores?: number;
  readonly rounds: number;
}

const three = [base, ours, byHand];

export const near: Column = {
  name: '32 connections',
  connections: 32,
  programs: [...three, oursOpen, oursBare],
  rounds: 4,
};
export const crowded: Column = {
  ...{ name: '256 connections', connections: 256, programs: three, rounds: 3 },
  questions: ['Q1', 'Q2', 'Q3', 'Q4', 'Q7'],
};
export const far: Column = { name: '3 ms away', connections: 32, programs: three, away: 3, rounds: 3 };

export const columns: readonly Column[] = [
  near,
  crowded,
  { name: '1 ms away', connections: 32, programs: three, away: 1, rounds: 2 },
  far,
  { name: 'half a core', connections: 32, programs: three, cores: 0.5, rounds: 4 },
];
