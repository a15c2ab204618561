import { compareSignatures, readSignature } from '../../../src/database/client-match';

const differences = (client: string, project: string): readonly string[] =>
  compareSignatures(readSignature(client), readSignature(project)).differences;

test('what `prisma format` changes makes no difference', () => {
  const written = `model A { // a comment
  id Int @id
  @@map("as")
  b   B?   @relation(fields:[bId], references: [
    id
  ])
  bId Int?
  @@index([bId])
}
model B { // {
  id Int @id
  a A[]
}`;
  const formatted = `/// Says something else.
model A {
  id  Int  @id
  b   B?   @relation(fields: [bId], references: [id])
  bId Int?

  @@index([bId])
  @@map("as")
}

model B {
  id Int @id
  a  A[]
}`;
  expect(differences(formatted, written)).toEqual([]);
});

test.each([
  ['a type', 'model A {\n  id Int @id\n  x String\n}'],
  ['an attribute', 'model A {\n  id Int @id\n  x Int\n  @@map("b")\n}'],
  ['a field', 'model A {\n  id Int @id\n}'],
  ['a string', 'model A {\n  id Int @id\n  x Int @map("a  b")\n}'],
])('%s does', (_, other) => {
  expect(differences('model A {\n  id Int @id\n  x Int\n  @@map("a")\n}', other)).toEqual(['A']);
});
