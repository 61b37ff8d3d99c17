import { OperatorError } from "../common/index.ts";
import { needsPassword, readPassword, type KeySources } from "../daemon/index.ts";
import type { Io } from "./io.ts";

/** Text that a person types and nobody sees: what is typed is not echoed. @throws OperatorError `cancelled` */
function askHidden(io: Io, question: string): Promise<string> {
  const { stdin, stderr } = io;
  if (stdin === undefined) throw new OperatorError("no-password", "There is no terminal to ask at.");
  // ORDER: who types ahead of the question is not echoed either.
  stdin.setRawMode?.(true);
  stderr.write(question);
  return new Promise((resolve, reject) => {
    const typed: string[] = [];
    const end = (settle: () => void) => {
      stdin.off("data", read);
      stdin.setRawMode?.(false);
      stdin.pause();
      stderr.write("\n");
      settle();
    };
    const read = (data: Buffer | string) => {
      for (const character of data.toString()) {
        if (character === "\r" || character === "\n") return end(() => resolve(typed.join("")));
        // Ctrl-C and Ctrl-D: in raw mode no signal comes.
        if (character === "\u0003" || character === "\u0004") {
          return end(() => reject(new OperatorError("cancelled", "Nothing was done.")));
        }
        if (character === "\u007f" || character === "\b") typed.pop();
        else if (character >= " ") typed.push(character);
      }
    };
    stdin.on("data", read);
    stdin.resume();
  });
}

const atTerminal = ({ stdin }: Io): boolean => stdin?.isTTY === true;

/** The password of a keystore that no file gives: asked for at a terminal, undefined elsewhere. */
export async function passwordFor(io: Io, sources: KeySources): Promise<string | undefined> {
  if (!needsPassword(sources) || !atTerminal(io)) return undefined;
  return askHidden(io, `Password of ${sources.keystore}: `);
}

/** A password for a new keystore: the file's, or what a person types twice. @throws OperatorError `no-password` */
export async function newPassword(io: Io, passwordFile: string | undefined): Promise<string> {
  if (passwordFile !== undefined) return readPassword(passwordFile);
  if (!atTerminal(io)) {
    throw new OperatorError(
      "no-password",
      "The keystore needs a password: name a --password-file, or run at a terminal.",
    );
  }
  const password = await askHidden(io, "Password: ");
  if (password === "") throw new OperatorError("no-password", "A keystore without a password protects nothing.");
  if ((await askHidden(io, "The same again: ")) === password) return password;
  throw new OperatorError("no-password", "The two passwords differ: nothing was written.");
}

/** A private key from standard input: typed unseen at a terminal, else all there is. */
export async function askPrivateKey(io: Io): Promise<string> {
  if (atTerminal(io)) return askHidden(io, "Private key: ");
  let text = "";
  for await (const part of io.stdin ?? []) text += String(part);
  return text;
}
