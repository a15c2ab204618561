import type { Prisma } from '../generated/client';
import { db } from './db';

/** Runs queries as Supabase's API does: as the role of whoever is logged in, so that the policies count. */
export function as<T>(userId: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('role', 'authenticated', true), set_config('request.jwt.claim.sub', ${userId}, true)`;
    return work(tx);
  });
}

export function writeNote(userId: string, title: string) {
  return as(userId, (tx) => tx.note.create({ data: { title, ownerId: userId } }));
}

export function readNotes(userId: string) {
  return as(userId, (tx) => tx.note.findMany({ orderBy: { id: 'asc' } }));
}
