import { prisma } from './db';

export const signUp = (email: string) => prisma.user.create({ data: { email } });
export const countUsers = () => prisma.user.count();
export const signUpBoth = (one: string, other: string) =>
  prisma.$transaction(async (tx) => {
    await tx.user.create({ data: { email: one } });
    return tx.user.create({ data: { email: other } });
  });
