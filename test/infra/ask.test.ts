import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Answer, run } from './scripts.ts';

const environment = {
  AZURE_RESOURCE_GROUP: 'g',
  APP_NAME: 'ca',
  APP_URL: 'https://ca.example/graphql',
  DOCTOR_JOB_NAME: 'job-doctor',
};
const outside = { ...environment, INTERNAL: 'false' };
const healthy: Answer[] = [
  ['latestReadyRevisionName', 'echo ca--2'],
  ['latestRevisionName', 'echo ca--2'],
  ['PERSISTED_DOCUMENTS', 'echo documents,sample/documents'],
  ['AUTH_AUDIENCE', 'echo 1,api://1'],
  ['PGUSER', 'echo events-app'],
  ['containers[0].image', 'echo r.azurecr.io/events:1'],
  ['execution show', 'echo Succeeded'],
  ['get-access-token', 'echo caller.s.token'],
];
const started: Answer[] = [
  ['--yaml', 'echo job-doctor-x2'],
  ['job start', 'echo job-doctor-x1'],
];

/** A stand-in for curl that prints the status and writes the body to the given file. */
const replies = (status: number, body: unknown): Answer => [
  'curl',
  `cat >> "$CALLS"; echo >> "$CALLS"; printf '%s' '${JSON.stringify(body)}' > "$8"; printf ${status}`,
];
const data = { data: { devices: { nodes: [{ serial: 'SN-1' }] } } };
const error = (code: string) => ({ errors: [{ message: 'No', extensions: { code } }] });
const verify = (variables: Readonly<Record<string, string>>, answers: readonly Answer[]) =>
  run('hooks/verify.sh', variables, [...answers, ...healthy, ...started], { programs: ['curl'] });

describe('for a public app', () => {
  test("for a public app, a document of the sample is sent with the caller's token, which no argument contains", () => {
    const { status, stdout, calls } = verify(outside, [replies(200, data)]);
    expect(status).toBe(0);
    expect(stdout).toContain('verdict   healthy: doctor found nothing wrong, and the document Devices was answered');
    expect(calls).toContain('az account get-access-token --scope 1/.default --query accessToken --output tsv');
    const asked = calls.findIndex((call) => call.startsWith('curl'));
    expect(calls[asked]).toMatch(/https:\/\/ca\.example\/graphql\/Devices$/);
    expect(calls[asked + 1]).toBe('authorization: Bearer caller.s.token');
    expect(calls.filter((call) => call.includes('caller.s.token'))).toHaveLength(1);
  });

  test('no row is printed', () => {
    const { stdout } = verify(outside, [replies(200, data)]);
    expect(stdout).toContain('200 answered\n');
    expect(stdout).not.toContain('SN-1');
  });

  test('a document of your own is sent if VERIFY_DOCUMENT names it', () => {
    const { status, calls } = verify({ ...outside, VERIFY_DOCUMENT: 'Mine' }, [replies(200, data)]);
    expect(status).toBe(0);
    expect(calls.some((call) => call.endsWith('https://ca.example/graphql/Mine'))).toBe(true);
  });

  test('with AUTH=none no token is requested', () => {
    const { status, calls } = verify(outside, [['AUTH_AUDIENCE', 'true'], replies(200, data)]);
    expect(status).toBe(0);
    expect(calls.join()).not.toContain('get-access-token');
    expect(calls.join()).not.toContain('Bearer');
  });

  test.each([
    ['no document is known', { PERSISTED: 'documents' }, 'No document was sent: azd env set VERIFY_DOCUMENT'],
    ['none is requested', { VERIFY_DOCUMENT: 'none' }, 'No document was sent'],
  ])('nothing is sent if %s', (_, variables, verdict) => {
    const { status, stdout, calls } = verify({ ...outside, ...variables }, [
      ['PERSISTED_DOCUMENTS', 'echo "$PERSISTED"'],
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain(verdict);
    expect(calls.join()).not.toContain('curl');
  });

  test.each([
    ['a token of another registration', replies(401, error('UNAUTHENTICATED')), 'AUTH_AUDIENCE and AUTH_TENANT_ID'],
    ['a caller without a role', replies(403, error('FORBIDDEN')), 'needs the role Events.Read'],
    ['an unknown document', replies(200, error('PERSISTED_DOCUMENT_NOT_FOUND')), 'Put its manifest into documents/'],
    ['a document with variables', replies(400, error('BAD_USER_INPUT')), 'needs variables'],
    ['an ingress that rejects the address', replies(403, 'RBAC: access denied'), 'ALLOWED_ADDRESSES'],
    [
      'an answer with data and errors',
      replies(200, { ...error('DATABASE_UNAVAILABLE'), ...data }),
      'az containerapp logs show --name ca',
    ],
    [
      'no answer',
      ['curl', 'echo "curl: (6) no host" >&2; printf 000; exit 6'] as Answer,
      'az containerapp logs show --name ca',
    ],
  ])('%s fails the deployment, with the remedy and no row', (_, answer, remedy) => {
    const { status, stdout, stderr } = verify(outside, [answer]);
    expect(status).toBe(1);
    expect(stderr).toContain('The document Devices was not answered. ');
    expect(stderr).toContain(remedy);
    expect(stdout).toContain('verdict   not healthy');
    expect(stdout + stderr).not.toContain('SN-1');
  });

  test('a caller who gets no token fails the deployment', () => {
    const { status, stderr, calls } = verify(outside, [['get-access-token', 'exit 1']]);
    expect(status).toBe(1);
    expect(stderr).toContain('infra/register-app.sh');
    expect(calls.join()).not.toContain('curl');
  });
});

describe('for an internal app', () => {
  const keeps: Answer = [
    'secret set',
    'shift 11; f=$(echo "$1" | tr -d @); { sed "s/^/secret: /" "$f"; echo; echo "$1"; } >> "$CALLS"',
  ];

  test('for an internal app, an execution of a job sends the document, and has the token only while it runs', () => {
    const { status, stdout, calls } = verify(environment, [keeps, ['--execution job-doctor-x2', 'echo 200 answered']]);
    expect(status).toBe(0);
    expect(stdout).toContain('the document Devices was answered');
    expect(calls.join()).not.toContain('curl');
    const steps = [
      'secret set',
      'secret: caller-token=caller.s.token',
      '--yaml',
      '--execution job-doctor-x2',
      'secret remove',
    ];
    expect(steps.map((step) => calls.findIndex((call) => call.includes(step)))).toEqual(
      steps.map((step) => calls.findIndex((call) => call.includes(step))).toSorted((a, b) => a - b),
    );
    expect(steps.filter((step) => !calls.some((call) => call.includes(step)))).toEqual([]);
    expect(calls.filter((call) => call.startsWith('az') && call.includes('caller.s.token'))).toEqual([]);
    const file = calls.find((call) => call.startsWith('@'))?.slice(1) ?? '';
    expect([file === '', existsSync(file)]).toEqual([false, false]);
  });

  test.each([
    ['the token cannot be stored', ['secret set', 'exit 1']],
    ['the job cannot be started', ['--yaml', 'exit 1']],
    ['the job fails', ['job-execution-name job-doctor-x2', 'echo Failed']],
  ] satisfies [string, Answer][])('the deployment fails if %s, and the token is deleted', (_, answer) => {
    const lines: Answer = ['--execution job-doctor-x2', `echo '403 {"errors":[{"extensions":{"code":"FORBIDDEN"}}]}'`];
    const { status, stdout, calls } = verify(environment, [answer, lines]);
    expect(status).toBe(1);
    expect(stdout).toContain('verdict   not healthy');
    expect(calls.some((call) => call.includes('secret remove'))).toBe(true);
  });

  test('the remedy follows from what the job printed', () => {
    const lines: Answer = ['--execution job-doctor-x2', `echo '403 {"errors":[{"extensions":{"code":"FORBIDDEN"}}]}'`];
    const { stderr } = verify(environment, [['job-execution-name job-doctor-x2', 'echo Failed'], lines]);
    expect(stderr).toContain('needs the role Events.Read');
  });
});
