// #region config
export default {
  schema: 'schema.graphql', // or [{ 'http://localhost:4000/graphql': { oneOf: true } }]
  documents: ['src/**/*.{ts,tsx}'],
  generates: {
    'src/gql/': {
      preset: 'client',
      config: {
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          BigInt: { input: 'string | number', output: 'string' },
          Byte: 'string',
          Date: 'string',
          DateTime: 'string',
          Decimal: { input: 'string | number', output: 'string' },
          Duration: 'string',
          GeoJSON: 'unknown',
          JSON: 'unknown',
          LocalDateTime: 'string',
          LocalTime: 'string',
          SafeInt: 'number',
          UUID: 'string',
        },
      },
    },
  },
};
// #endregion
