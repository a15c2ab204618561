import { admin, service } from './db';
import type { Refund } from './generated/service/client';

export class LimitExceeded extends Error {
  constructor(readonly limit: number) {
    super(`This operator may approve refunds of up to ${limit}.`);
  }
}

export class AlreadyApproved extends Error {}

/** Refunds that wait for an operator, with the customer who does. */
export function openRefunds(): Promise<(Refund & { customer: { email: string } })[]> {
  return service.refund.findMany({ where: { approvedById: null }, include: { customer: true }, orderBy: { id: 'asc' } });
}

/** Approves a refund in the shop's database, and notes it in ours: both, or neither. */
export function approve(operatorId: number, refundId: number): Promise<Refund> {
  return admin.$transaction(async (ours) => {
    const operator = await ours.operator.findUniqueOrThrow({ where: { id: operatorId } });
    await ours.entry.create({ data: { operatorId, what: `approved refund ${refundId}` } });
    return service.$transaction(async (theirs) => {
      const refund = await theirs.refund.findUniqueOrThrow({ where: { id: refundId } });
      if (refund.amount > operator.refundLimit) throw new LimitExceeded(operator.refundLimit);
      const { count } = await theirs.refund.updateMany({ where: { id: refundId, approvedById: null }, data: { approvedById: operatorId } });
      if (count === 0) throw new AlreadyApproved(`Refund ${refundId} has been approved already.`);
      return { ...refund, approvedById: operatorId };
    });
  });
}
