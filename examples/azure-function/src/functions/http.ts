import { app } from '@azure/functions';
import { createPool, readPoolOptions } from 'events-graphql/pool';
import { devices } from '../devices.ts';
import { health } from '../health.ts';

// One pool for the life of the process: warm invocations share its connections, and it replaces them between two.
const pool = createPool({ ...readPoolOptions(process.env), onError: (error) => console.warn(error.message) });

app.http('health', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (_, context) => health(pool, (reason) => context.warn(reason)),
});

app.http('devices', {
  methods: ['GET'],
  authLevel: 'function',
  handler: ({ query }, context) => devices(pool, query, (reason) => context.warn(reason)),
});

app.hook.appTerminate(() => pool.end());
