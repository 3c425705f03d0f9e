import { answerBy } from '../support/way.ts';
import { requestTests } from './requestTests.ts';

answerBy('executor');
for (const file of [...requestTests, () => import('../http/causes.test.ts')]) await file();
