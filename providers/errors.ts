/**
 * What can go wrong between a promise and a host. Each message is for the operator: which host, what
 * was wanted, what was found, and what to do next. The stack is cut off, because Pulumi prints it
 * beside the message.
 */
class OperatorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
    this.stack = `${this.name}: ${message}`;
  }
}

/** The host did not answer, or did not let us in. Nothing is known about what is on it. */
export class HostUnreachable extends OperatorError {
  readonly host: string;
  readonly reason: string;
  readonly next: string;
  constructor(host: string, reason: string, next: string) {
    super(`${host} cannot be reached: ${reason}\n  Next: ${next}`);
    this.host = host;
    this.reason = reason;
    this.next = next;
  }

  /** One message for all hosts that did not answer, so that nobody mends them one run at a time. */
  static together(errors: readonly HostUnreachable[]): HostUnreachable {
    const [first, ...others] = errors;
    if (!first || others.length === 0) return first ?? new HostUnreachable("?", "unknown", "");
    const all = new HostUnreachable(errors.map((error) => error.host).join(", "), "see each", "");
    all.message = `${errors.length} hosts cannot be reached:\n${errors.map((error) => error.message).join("\n")}`;
    return all;
  }
}

/** A script ended with a status other than 0, or did not end in time. */
export class ScriptFailed extends OperatorError {}

/** After all changes were made, the host still differs from what is declared. */
export class DidNotConverge extends OperatorError {}

/** What is wanted would cost data or cut us off; the message says how to do it by hand. */
export class Refused extends OperatorError {}

/** What would answer the probe (an API, a daemon) does not, and the same run can repair that. */
export class Unseen extends OperatorError {}

/** The program itself is wrong: the same promise twice, a key that no kind knows. */
export class BadPromise extends OperatorError {}

/** An edit locked us out of a host, which has undone it by itself. */
export class CutOff extends OperatorError {}

/** An API said no to a request. */
export class ApiRefused extends OperatorError {}

/** Two things have the one name that is promised. */
export class Ambiguous extends OperatorError {}
