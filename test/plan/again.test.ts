import { answerBy } from '../support/way.ts';
import { requestTests } from './requestTests.ts';

answerBy('again');
for (const file of requestTests) await file();
