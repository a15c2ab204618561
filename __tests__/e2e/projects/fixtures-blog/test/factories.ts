import { faker } from '@faker-js/faker';
import { Factory } from 'fishery';
import { fixture } from 'jest-environment-prisma/fixtures';
import type { Prisma, User } from '../generated/client';

const users = Factory.define<Prisma.UserCreateInput, unknown, User>(({ onCreate, sequence }) => {
  onCreate((data) => prisma.user.create({ data }));
  return { email: `user-${sequence}@test`, name: faker.person.fullName() };
});

export const team = fixture('team', { scope: 'describe' }, () => users.createList(5));
