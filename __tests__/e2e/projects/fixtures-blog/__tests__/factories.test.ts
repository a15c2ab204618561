import { given } from 'jest-environment-prisma/fixtures';
import { team } from '../test/factories';

describe('rows that a factory made', () => {
  const data = given({ team });

  test('are there for every test of the block', async () => {
    expect(data.team.map(({ email }) => email)).toEqual([1, 2, 3, 4, 5].map((n) => `user-${n}@test`));
    expect(await prisma.user.count({ where: { email: { endsWith: '@test' } } })).toBe(5);
    await prisma.user.deleteMany({ where: { email: { endsWith: '@test' } } });
  });

  test('whatever another test did with them', async () => {
    expect(await prisma.user.count({ where: { email: { endsWith: '@test' } } })).toBe(5);
    expect(data.team.every(({ name }) => name.length > 0)).toBe(true);
  });
});

test('and are gone after it', async () => {
  expect(await prisma.user.count({ where: { email: { endsWith: '@test' } } })).toBe(0);
});
