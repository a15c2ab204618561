/**
 * Sets variables in the test realm's `process.env` and in the process's own, which child processes and the worker's
 * modules read. Returns what puts the process's own back; the realm's ends with the file.
 */
export function changeEnvironment(realm: Record<string, string>, changes: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  Object.assign(realm, changes);
  Object.assign(process.env, changes);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
