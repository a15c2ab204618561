import { db } from '../src/db';
import { as, readNotes, writeNote } from '../src/notes';

let ada: string;
let bob: string;

beforeAll(async () => {
  const signUp = async (email: string) => (await db.authUser.create({ data: { email } })).id;
  [ada, bob] = [await signUp('Ada@example.com'), await signUp('bob@example.com')];
});

test('whoever signs up has a profile', async () => {
  const user = await db.authUser.findUniqueOrThrow({ where: { id: ada }, include: { profile: true } });
  expect(user.profile).toEqual({ id: ada, username: 'Ada', plan: 'free' });
});

test('notes are seen by their owner only', async () => {
  await writeNote(ada, 'buy milk');
  expect(await readNotes(ada)).toMatchObject([{ id: 1n, title: 'buy milk' }]);
  expect(await readNotes(bob)).toEqual([]);
});

test('nobody writes in the name of another', async () => {
  const forged = as(bob, (tx) => tx.note.create({ data: { title: 'x', ownerId: ada } }));
  await expect(forged).rejects.toThrow(/row-level security/);
  expect(await db.note.count()).toBe(0); // and the role is the app's own again
});

test('a user who goes takes profile, sessions and notes along', async () => {
  await db.authSession.create({ data: { userId: ada, aal: 'aal2' } });
  await writeNote(ada, 'buy milk');
  await db.authUser.delete({ where: { id: ada } });
  expect([await db.profile.count(), await db.authSession.count(), await db.note.count()]).toEqual([1, 0, 0]);
});
