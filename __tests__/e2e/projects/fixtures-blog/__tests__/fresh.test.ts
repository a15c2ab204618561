import { given } from 'jest-environment-prisma/fixtures';
import { Prisma } from '../generated/client';
import { author, post, team } from '../test/fixtures';

const data = given({ author, team, post });

describe('a shared row', () => {
  test('that a test changes in the database and as an object', async () => {
    await prisma.user.update({ where: { id: data.author.id }, data: { name: 'Bob' } });
    data.author.name = 'Carl';
    data.author.avatar?.fill(0);
    data.team.member.user.name = 'Dora';
  });
  test('is fresh in the next', async () => {
    expect(data.author.name).toBe('Ann');
    expect(data.author.avatar).toEqual(new Uint8Array([7]));
    expect(data.author.credit).toBeInstanceOf(Prisma.Decimal);
    expect(data.author.createdAt).toBeInstanceOf(Date);
    expect(data.team.member.user.name).toBe('Ann');
    expect(await prisma.user.findMany({ where: { id: data.author.id } })).toEqual([data.author]);
  });
});

describe('a row that a block changes', () => {
  beforeAll(async () => {
    await prisma.$transaction(async (tx) => {
      await tx.user.update({ where: { id: data.author.id }, data: { name: 'Eve' } });
      await tx.member.updateMany({ data: { role: 'guest' } });
    });
  });
  test.each([1, 2])('is read again for each of its tests: %i', () => {
    expect(data.author.name).toBe('Eve');
    expect(data.team.member).toMatchObject({ role: 'guest', user: { name: 'Eve' } });
  });
  describe('deeper', () => {
    beforeAll(() => prisma.user.update({ where: { id: data.author.id }, data: { name: 'Flo' } }));
    test('too', () => expect(data.author.name).toBe('Flo'));
  });
  test('and as it was before', () => expect(data.author.name).toBe('Eve'));
  test(
    'but not for each test',
    given({ author }, async ({ author }) => {
      expect(author).toBe(data.author);
      expect(data.post.authorId).toBe(author.id);
    }),
  );
  describe('deleted', () => {
    beforeAll(() => prisma.member.deleteMany());
    test('it is given as it was', () => expect(data.team.member.role).toBe('guest'));
  });
});

test('outside of the block nothing has changed', async () => {
  expect(data.author.name).toBe('Ann');
  expect(data.team.member.role).toBe('lead');
});
