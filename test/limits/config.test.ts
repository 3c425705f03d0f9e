import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { defaultRequestLimits } from '../../src/config/limits.ts';
import type { ConfigError } from '../../src/config/variables.ts';

test('limits have defaults that variables change', () => {
  expect(readConfig({}).requestLimits).toEqual(defaultRequestLimits);
  const set = {
    MAX_DOCUMENT_COST: '3',
    MAX_RESPONSE_BYTES: '5000',
    RATE_LIMIT_PER_MINUTE: '6',
    TRUSTED_PROXIES: '2',
  };
  expect(readConfig(set).requestLimits).toEqual({
    ...defaultRequestLimits,
    cost: 3,
    bytes: 5000,
    perMinute: 6,
    proxies: 2,
  });
});

test('all invalid limits are reported together', () => {
  try {
    readConfig({ MAX_DOCUMENT_COST: '0', MAX_RESPONSE_BYTES: 'many', RATE_LIMIT_PER_MINUTE: '-1' });
    expect.unreachable();
  } catch (error) {
    expect((error as ConfigError).problems).toEqual([
      expect.stringMatching(/^MAX_DOCUMENT_COST: must be a whole number/),
      expect.stringMatching(/^MAX_RESPONSE_BYTES: must be a whole number/),
      expect.stringMatching(/^RATE_LIMIT_PER_MINUTE: must be a whole number/),
    ]);
  }
});
