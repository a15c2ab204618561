import { given } from 'jest-environment-prisma/fixtures';
import { author, events, invoice, post, team } from '../test/fixtures';

describe('a block', () => {
  const data = given({ author, team, post });

  beforeAll(() => {
    expect(data.author.name).toBe('Ann');
    expect(() => data.post).toThrow(/no test of its block is running/);
  });
  afterAll(() => {
    expect(data.team.row.slug).toBe('core');
    expect(events).not.toContain('-team');
  });

  test('has what is wider than a test once', async () => {
    expect(events).toEqual(['+author', '+team', '+post']);
    expect(await prisma.post.findMany({ include: { author: true } })).toEqual([{ ...data.post, author: data.author }]);
  });
  test('and the rest anew for each test', async () => {
    expect(events).toEqual(['+author', '+team', '+post', '-post', '+post']);
    expect(await prisma.post.count()).toBe(1);
    expect(data.post.id).toBe(1);
  });
  describe('inside', () => {
    const inner = given({ team });
    test('a nested block shares it', () => {
      expect(inner.team.member.user).toEqual(data.author);
      expect(events.filter((event) => event === '+team')).toHaveLength(1);
    });
  });
});

describe('another block', () => {
  const data = given({ team });
  test('has its own, of the same author', async () => {
    expect(events.filter((event) => event.endsWith('team'))).toEqual(['+team', '-team', '+team']);
    expect(data.team.member.userId).toBe((await prisma.user.findUniqueOrThrow({ where: { email: 'author@blog' } })).id);
    expect(await prisma.team.count()).toBe(1);
  });
});

describe('for one test', () => {
  test(
    'only that one gets it',
    given({ post, author }, async ({ post, author }) => {
      expect(post.authorId).toBe(author.id);
    }),
  );
  test('the next one does not', async () => {
    expect(await prisma.post.count()).toBe(0);
    expect(events.at(-1)).toBe('-post');
  });
  test.each(['a', 'b'])(
    'with the arguments of each: %s',
    given({ post }, async ({ post }, letter: string) => {
      expect(`${post.title} ${letter}`).toMatch(/^hello [ab]$/);
    }),
  );
});

describe('another database', () => {
  const data = given({ invoice });
  test('has fixtures too', async () => {
    expect(await prismaTest.databases.service.client.invoice.findMany()).toEqual([data.invoice]);
    await prismaTest.databases.service.client.invoice.update({ where: { id: data.invoice.id }, data: { amount: 6 } });
  });
  test('which stay honest', async () => {
    expect(data.invoice.amount).toBe(5);
    expect(await prismaTest.databases.service.client.invoice.findMany()).toEqual([data.invoice]);
  });
});

afterAll(() => {
  expect(events).not.toContain('-author');
});
