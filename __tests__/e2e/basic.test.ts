import { runJest } from './run-jest';

test('one line in the config, and every test has a database that is rolled back', async () => {
  const run = await runJest('basic');
  expect(run.outcomes).toEqual({ 'a post has an author': 'passed', 'and it is gone in the next test': 'passed' });
  expect(run.exitCode).toBe(0);
});
