import { prisma } from './db';
import type { Author, Post } from './generated/client';

export class PostLimitReached extends Error {
  constructor(readonly limit: number) {
    super(`The plan of this account allows ${limit} published posts.`);
  }
}

export function signUp(email: string, accountId: number): Promise<Author> {
  return prisma.author.create({ data: { email: email.toLowerCase(), accountId } });
}

export function draft(authorId: number, title: string): Promise<Post> {
  const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return prisma.post.create({ data: { title, slug, authorId } });
}

/** Publishes a post if the account's plan, which billing keeps, allows one more. */
export function publish(postId: number): Promise<Post> {
  return prisma.$transaction(async (tx) => {
    const post = await tx.post.update({
      where: { id: postId },
      data: { published: new Date() },
      include: { author: { include: { account: true } } },
    });
    const { accountId, account } = post.author;
    const published = await tx.post.count({ where: { author: { accountId }, published: { not: null } } });
    if (published > account.postLimit) throw new PostLimitReached(account.postLimit);
    return post;
  });
}

export function feed(): Promise<Post[]> {
  return prisma.post.findMany({ where: { published: { not: null } }, orderBy: { published: 'desc' } });
}
