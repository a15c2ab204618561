const add = (name: string) => prisma.team.create({ data: { slug: name } });
const rows = async () => (await prisma.team.findMany({ orderBy: { slug: 'asc' } })).map(({ slug }) => slug).join(' ');

beforeAll(() => add('file'));
afterAll(async () => expect(await rows()).toBe('file'));

test('the file has its rows', async () => expect(await rows()).toBe('file'));

describe('outer', () => {
  beforeAll(() => add('outer'));
  beforeAll(() => add('outer2'));
  beforeEach(() => add('outer-each'));
  afterEach(async () => expect((await rows()).split(' ')).toContain('outer-each'));
  afterAll(async () => expect(await rows()).toBe('file outer outer2'));

  test('a test sees them', async () => {
    await add('test');
    expect(await rows()).toBe('file outer outer-each outer2 test');
  });
  describe('inner', () => {
    beforeAll(() => add('inner'));
    beforeEach(() => add('inner-each'));
    afterAll(async () => {
      await add('late');
      expect(await rows()).toBe('file inner late outer outer2');
    });
    test.each([1, 2])('and the block in it: %i', async () => expect(await rows()).toBe('file inner inner-each outer outer-each outer2'));
  });
  test('afterwards they are gone', async () => expect(await rows()).toBe('file outer outer-each outer2'));
});

test('and here all of them', async () => expect(await rows()).toBe('file'));
