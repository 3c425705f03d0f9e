// Plain JavaScript, because a browser gets this file as it is; tsc checks the types in its comments.

import { entra } from './signIn.js';

await (await entra())?.comeBack();
