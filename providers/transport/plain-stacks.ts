/**
 * Pulumi's SDK writes a stack trace down for each of the dozens of promises that a resource takes, and
 * has every trace translated by source maps: a third of all that a program computes. Node strips our
 * types in place, so that our traces are right without; and five lines tell where a mistake was made.
 */
export function keepStacksPlain(): void {
  Object.defineProperty(Error, "prepareStackTrace", { get: () => undefined, set: () => {} });
  Error.stackTraceLimit = 5;
}
