/**
 * Returns the security headers of a page that runs only this server's scripts; `directives` says what else its
 * Content-Security-Policy allows.
 */
export const pageHeaders = (...directives: readonly string[]) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    ...directives,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
});
