/** Something that the person at the testbed can act on: what was found, and what to do about it. */
export class TestbedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
    this.stack = `${this.name}: ${message}`;
  }
}

/** The machine cannot carry a testbed: the message names what is missing and what it is for. */
export class MachineUnfit extends TestbedError {}

/** A program that the testbed ran ended with a status other than 0. */
export class CommandFailed extends TestbedError {}

/** A host did not reach the wanted state before the deadline. */
export class HostDidNotFollow extends TestbedError {}

/** A command line that asks for something the testbed does not have. */
export class BadRequest extends TestbedError {}
