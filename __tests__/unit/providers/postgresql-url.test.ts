import { parsePostgresqlUrl } from '../../../src/providers/postgresql-url';

test.each([
  [
    'postgresql://me:secret@db.example:6543/app?schema=public',
    'app',
    'me',
    'db.example:6543',
    'postgresql://me:secret@db.example:6543/x?schema=public',
  ],
  ['postgres://127.0.0.1', undefined, undefined, '127.0.0.1:5432', 'postgres://127.0.0.1/x'],
  ['postgresql://me:p%40ss%2Fw@[::1]:5433/a%20b', 'a b', 'me', '[::1]:5433', 'postgresql://me:p%40ss%2Fw@[::1]:5433/x'],
  [
    'postgresql:///app?host=/var/run/postgresql&user=me',
    'app',
    'me',
    '/var/run/postgresql',
    'postgresql:///x?host=/var/run/postgresql&user=me',
  ],
  ['postgresql://me@%2Ftmp%2Fsockets/app', 'app', 'me', '/tmp/sockets', 'postgresql://me@%2Ftmp%2Fsockets/x'],
  ['postgresql://me:p@ss@host/app', 'app', 'me', 'host:5432', 'postgresql://me:p@ss@host/x'],
])('%s is understood, and keeps every byte but the database', (text, database, user, server, other) => {
  const url = parsePostgresqlUrl(text);
  expect({ database: url.database, user: url.user, server: url.server }).toEqual({ database, user, server });
  expect(url.withDatabase('x')).toBe(other);
});

test('it never shows the password', () => {
  expect(JSON.stringify(parsePostgresqlUrl('postgresql://me:secret@host/app'))).not.toContain('secret');
});

test('it knows when a URL says that it leads to a pooler', () => {
  expect(parsePostgresqlUrl('postgresql://h/app?pgbouncer=true').saysPooler).toBe(true);
  expect(parsePostgresqlUrl('postgresql://h/app').saysPooler).toBe(false);
});
