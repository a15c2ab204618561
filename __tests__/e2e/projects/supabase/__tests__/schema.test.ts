import { db } from '../src/db';

const user = () => db.authUser.create({ data: { email: `${Math.random()}@example.com` } });

test('defaults, native types, arrays and enums are as the schema says', async () => {
  const { id } = await user();
  const note = await db.note.create({ data: { title: 'a', ownerId: id, price: '12.345', tags: ['x', 'y'] } });
  expect(note).toMatchObject({ code: expect.stringMatching(/^[0-9A-F]{8}$/), tags: ['x', 'y'], archivedAt: null });
  expect(note.price.toString()).toBe('12.35');
  await expect(db.note.create({ data: { title: 'a'.repeat(121), ownerId: id } })).rejects.toMatchObject({ code: 'P2000' });
  expect((await db.authSession.create({ data: { userId: id } })).aal).toBe('aal1');
});

test('a case-insensitive column is unique, whatever the case', async () => {
  const { id } = await db.authUser.create({ data: { email: 'ada@example.com' } });
  expect(await db.profile.findUnique({ where: { username: 'ADA' } })).toMatchObject({ id });
  await expect(db.authUser.create({ data: { email: 'ADA@other.example' } })).rejects.toMatchObject({ code: 'P2002' });
});

test('a partial index counts only the rows that it is for', async () => {
  const { id } = await user();
  const write = (archivedAt?: Date) => db.note.create({ data: { title: 'once', ownerId: id, ...(archivedAt && { archivedAt }) } });
  await write(new Date());
  await write(new Date());
  await write();
  await expect(write()).rejects.toMatchObject({ code: 'P2002' });
});

test('a column that Prisma does not know is there, and filled by its trigger', async () => {
  const { id } = await user();
  await db.note.create({ data: { title: 'running shoes', ownerId: id } });
  expect(await db.$queryRaw`SELECT title FROM notes WHERE search @@ to_tsquery('english', 'run')`).toEqual([{ title: 'running shoes' }]);
});

test('extensions, views and grants are there', async () => {
  const extensions = await db.$queryRaw`SELECT extname, nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
    WHERE extname IN ('citext', 'pg_trgm') ORDER BY 1`;
  expect(extensions).toEqual([
    { extname: 'citext', nspname: 'public' },
    { extname: 'pg_trgm', nspname: 'extensions' },
  ]);
  expect(
    await db.$queryRaw`SELECT has_table_privilege('anon', 'open_notes', 'SELECT') AS view, has_table_privilege('anon', 'notes', 'SELECT') AS "table"`,
  ).toEqual([{ view: true, table: false }]);
});
