/* In another file, and at the same time in another worker: nothing of refunds.test.ts is here. */
import { admin, service } from '../src/db';

test('each database has its own tables, and they are empty', async () => {
  expect(await admin.operator.count()).toBe(0);
  expect(await service.customer.count()).toBe(0);
  expect(await service.refund.count()).toBe(0);
});

test('each has its own URL, and neither is the one of .env', () => {
  const urls = [process.env['ADMIN_DATABASE_URL'], process.env['SERVICE_DATABASE_URL']];
  expect(urls).toEqual([prismaTest.url, prismaTest.databases.service.url]);
  expect(new Set(urls).size).toBe(2);
  for (const url of urls) expect(url).not.toMatch(/\/(?:admin|service)\.db$/);
});
