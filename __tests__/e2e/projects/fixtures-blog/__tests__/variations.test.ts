import { fixture, given, override } from 'jest-environment-prisma/fixtures';
import { author, post, reviewer, role, size } from '../test/fixtures';

const banned = fixture('banned author', { scope: 'file', uses: { author } }, ({ author, prisma }) =>
  prisma.user.create({ data: { email: `banned-${author.email}` } }),
);

describe('params', () => {
  given.each({ role }, (data) => {
    test('run the tests of a block once each', () => {
      expect(expect.getState().currentTestName).toBe(`params role ${data.role} run the tests of a block once each`);
    });
  });
  given.each({ reviewer, size }, (data) => {
    test('of what is used, in every combination', () => {
      expect(data.reviewer.email).toMatch(/^(reader|writer)-of-author@blog$/);
      expect([1, 100]).toContain(data.size);
    });
  });
});

describe('override', () => {
  const data = given({ author, post });
  test('not here', () => expect(data.author.email).toBe('author@blog'));

  describe('here', () => {
    override(author, banned);
    const inner = given({ author });
    test('it is another one, for what uses it too', () => {
      expect(data.author.email).toBe('banned-author@blog');
      expect(inner.author).toEqual(data.author);
      expect(data.post.authorId).toBe(data.author.id);
    });
    describe('deeper', () => {
      override(
        author,
        fixture('plain', { scope: 'file', uses: { author } }, ({ author, prisma }) =>
          prisma.user.create({ data: { email: `plain-${author.email}` } }),
        ),
      );
      test('of what is replaced, the next one out', () => expect(data.author.email).toBe('plain-banned-author@blog'));
    });
  });
  test('and not here again', () => expect(data.author.email).toBe('author@blog'));
});
