import { draft, feed, PostLimitReached, publish, signUp } from '../src/blog';
import { prisma as app } from '../src/db';
import type { Author } from '../src/generated/client';

let author: Author;
beforeEach(async () => {
  const account = await prisma.account.create({ data: { postLimit: 1 } });
  author = await signUp('ada@example.com', account.id);
});

test('a draft is not in the feed', async () => {
  await draft(author.id, 'Notes on the Analytical Engine');
  expect(await feed()).toEqual([]);
});

test('a published post is', async () => {
  const { id } = await draft(author.id, 'Notes on the Analytical Engine');
  await publish(id);
  expect(await feed()).toMatchObject([{ slug: 'notes-on-the-analytical-engine', published: expect.any(Date) }]);
});

test('a transaction of the app rolls back by itself, and the test goes on', async () => {
  const [first, second] = [await draft(author.id, 'One'), await draft(author.id, 'Two')];
  await publish(first.id);
  await expect(publish(second.id)).rejects.toThrow(PostLimitReached);
  expect(await feed()).toHaveLength(1);
});

test('publishing at the same moment cannot pass the limit', async () => {
  const posts = [await draft(author.id, 'One'), await draft(author.id, 'Two'), await draft(author.id, 'Three')];
  const results = await Promise.allSettled(posts.map(({ id }) => publish(id)));
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(await feed()).toHaveLength(1);
});

test(`the app's own client and the global one see the same`, async () => {
  await app.post.create({ data: { title: 'x', slug: 'x', authorId: author.id } });
  expect(await prisma.post.count()).toBe(1);
});
