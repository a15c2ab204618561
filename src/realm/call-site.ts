import type { CallSite } from '../sandbox/call-context';

/** The call site that Prisma's own client takes for its error messages. */
interface PrismaCallSite {
  getLocation?(): { fileName?: string; lineNumber?: number | null; columnNumber?: number | null } | null;
}

/** A call site of Prisma's; it holds a stack that is read only when the place is shown. */
export function callSiteOf(callsite: PrismaCallSite | undefined): CallSite {
  return {
    location() {
      const found = callsite?.getLocation?.();
      // Raw queries begin when they are awaited; from there Node's own frames are all that is left.
      return found?.fileName && !found.fileName.startsWith('node:')
        ? `${found.fileName}:${found.lineNumber ?? 0}:${found.columnNumber ?? 0}`
        : undefined;
    },
  };
}

/** The place outside of this package and of Prisma that called the caller of this. */
export function captureCallSite(): CallSite {
  const holder = new Error();
  return {
    location() {
      const places = (holder.stack ?? '')
        .split('\n')
        .flatMap((frame) => /(?:\(|at (?:async )?)([^()]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []);
      // The first frame is this file's, wherever the package is installed or linked.
      const own = folderOf(places[0] ?? '');
      return places.find((place) => folderOf(place) !== own && !place.includes('node_modules') && !place.startsWith('node:'));
    },
  };
}

function folderOf(place: string): string {
  return place.replace(/[\\/][^\\/]*$/, '');
}
