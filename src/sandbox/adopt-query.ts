import type { SqlQuery } from '@prisma/driver-adapter-utils';

/**
 * A query of the test's realm with arrays and dates of this one: drivers look at them with `instanceof`. Strings,
 * numbers and byte arrays are the same in both.
 */
export function adoptQuery({ sql, args, argTypes }: SqlQuery): SqlQuery {
  return { sql, args: Array.from(args, adoptValue), argTypes: Array.from(argTypes) };
}

function adoptValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, adoptValue);
  return Object.prototype.toString.call(value) === '[object Date]' ? new Date((value as Date).getTime()) : value;
}
