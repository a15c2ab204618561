import { describeProvider } from './contract';
import { subject } from './postgresql-subject';

describeProvider(subject);
