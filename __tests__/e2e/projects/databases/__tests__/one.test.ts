/** @prisma-databases default */
import { admin, service } from '../src/db';

test('what the file names may be used', async () => {
  expect(await admin.operator.count()).toBe(0);
});

test('the other is denied', async () => {
  await expect(service.customer.count()).rejects.toMatchObject({ code: 'PRISMA_TEST_ACCESS_DENIED' });
});
