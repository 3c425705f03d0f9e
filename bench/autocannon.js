// Loads a server as standard input says, and prints what came of it.
import { json } from 'node:stream/consumers';
import autocannon from 'autocannon';

const { url, body, answerBytes, connections, seconds } = await json(process.stdin);
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  timeout: 30,
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  ...(body !== null && { method: 'POST', body }),
  verifyBody: (answer) => answerBytes === undefined || Buffer.byteLength(answer) === answerBytes,
});
console.log(JSON.stringify(result));
