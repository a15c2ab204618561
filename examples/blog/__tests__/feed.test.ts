import { draft, feed, publish, signUp } from '../src/blog';

describe('with ten published posts', () => {
  beforeAll(async () => {
    const account = await prisma.account.create({ data: { plan: 'paid', postLimit: 100 } });
    const author = await signUp('ada@example.com', account.id);
    for (let index = 1; index <= 10; index += 1) await publish((await draft(author.id, `Post ${index}`)).id);
  });

  test('the feed has them all', async () => expect(await feed()).toHaveLength(10));

  test('a test may delete them', async () => {
    await prisma.post.deleteMany();
    expect(await feed()).toEqual([]);
  });

  test('and they are back in the next', async () => expect(await feed()).toHaveLength(10));
});

test('outside of the block there are none', async () => expect(await feed()).toEqual([]));
