import { fixture } from 'jest-environment-prisma/fixtures';

/** What was made and cleaned up, in order. */
export const events: string[] = [];

export const plan = fixture('plan', { scope: 'worker' }, async ({ prisma }) => ({
  owner: await prisma.user.create({ data: { email: 'owner@plan', credit: '1.50' } }),
  credit: (await prisma.user.findFirstOrThrow({ where: { email: 'owner@plan' } })).credit,
  limits: new Map([['posts', 3n]]),
  since: new Date(0),
  key: new Uint8Array([1, 2]),
  nothing: undefined,
}));

export const author = fixture('author', { scope: 'file' }, async ({ prisma, teardown }) => {
  events.push('+author');
  teardown(() => events.push('-author'));
  return prisma.user.create({ data: { email: 'author@blog', name: 'Ann', credit: '2.25', avatar: new Uint8Array([7]) } });
});

export const team = fixture('team', { scope: 'describe', uses: { author } }, async ({ author, prisma, teardown }) => {
  events.push('+team');
  teardown(() => events.push('-team'));
  const row = await prisma.team.create({ data: { slug: 'core' } });
  const member = await prisma.member.create({ data: { slug: row.slug, userId: author.id, role: 'lead' }, include: { user: true } });
  return { row, member };
});

export const post = fixture('post', { uses: { author } }, async ({ author, prisma, teardown }) => {
  events.push('+post');
  teardown(() => events.push('-post'));
  return prisma.post.create({ data: { title: 'hello', authorId: author.id } });
});

export const invoice = fixture('invoice', { scope: 'file' }, ({ databases }) =>
  databases.service.client.invoice.create({ data: { amount: 5 } }),
);

export const role = fixture('role', { params: ['reader', 'writer'] }, ({ param }) => param);
export const size = fixture('size', { scope: 'file', params: { small: 1, large: 100 } }, ({ param }) => param);

export const reviewer = fixture('reviewer', { uses: { author, role } }, ({ author, role, prisma }) =>
  prisma.user.create({ data: { email: `${role}-of-${author.email}` } }),
);
