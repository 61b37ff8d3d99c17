/** What an error is about, by name: enough to understand it without a debugger. */
export type Facts = Record<string, unknown>;

/** Names from files and from others' machines stand in messages: a control character would break the line, or steer a terminal. */
function printable(message: string): string {
  return message.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`;
  });
}

/**
 * Base of the three families. They differ in who must act, so that a daemon can decide by `instanceof` alone.
 * `code` is stable and kebab-case (`redis-missing`); the message is one line for people and may change.
 */
abstract class PinpointError extends Error {
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(printable(message), options);
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
  }
}

/** The world failed and may recover (a node, a socket, a queue): try again later. */
export class TransientError extends PinpointError {}

/** A person must act: the message is one clear sentence that says what to do. */
export class OperatorError extends PinpointError {}

/** We are wrong: stop and dump. */
export class DefectError extends PinpointError {}
