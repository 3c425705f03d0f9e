import type { Attack } from './attack.ts';
import { bulkWrites } from './attacks/bulkWrites.ts';
import { identityEndpoint } from './attacks/identityEndpoint.ts';
import { networkFaults } from './attacks/networkFaults.ts';
import { probes } from './attacks/probes.ts';
import { restarts } from './attacks/restarts.ts';
import { schemaChanges } from './attacks/schemaChanges.ts';
import { starvation } from './attacks/starvation.ts';
import { steadyLoad } from './attacks/steadyLoad.ts';
import { streams } from './attacks/streams.ts';
import { unfinishedBodies } from './attacks/unfinishedBodies.ts';
import { worstQueries } from './attacks/worstQueries.ts';

export const attacks: readonly Attack[] = [
  ...[1, 5, 50].map(worstQueries),
  unfinishedBodies,
  probes,
  starvation,
  streams,
  identityEndpoint,
  networkFaults,
  restarts,
  bulkWrites,
  schemaChanges,
  steadyLoad,
];
