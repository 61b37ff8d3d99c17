import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "./errors.ts";
import type { Bytes } from "./sliced.ts";

function unreadable(path: string, cause: unknown): OperatorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OperatorError("file-unreadable", `Cannot read ${path}: ${reason}.`, { path }, { cause });
}

/** Closes the files of those that nobody holds any more: whoever drops a dataset does not know who else reads it. */
const dropped = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** The bytes of a file, read by position when they are asked for. ASSUMES: nobody writes it meanwhile. */
export class FileBytes implements Bytes {
  readonly path: string;
  readonly length: number;
  readonly #descriptor: number;

  /** Of a file that is open; closing it remains with who opened it. @param length bytes, if not all of them */
  constructor(descriptor: number, path: string, length = fstatSync(descriptor).size) {
    this.#descriptor = descriptor;
    this.path = path;
    this.length = length;
  }

  /** Opens a file, which is closed when the bytes are. @throws OperatorError `file-unreadable` */
  static open(path: string): FileBytes {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch (cause) {
      throw unreadable(path, cause);
    }
    return FileBytes.owning(descriptor, path);
  }

  /** Of a file that is open, and is closed when the bytes are. */
  static owning(descriptor: number, path: string): FileBytes {
    const bytes = new FileBytes(descriptor, path);
    dropped.register(bytes, descriptor, bytes);
    return bytes;
  }

  /** A new array. @throws OperatorError `file-unreadable` */
  subarray(start: number, end: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.length) - start));
    for (let done = 0; done < bytes.length;) {
      let read: number;
      try {
        read = readSync(this.#descriptor, bytes, done, bytes.length - done, start + done);
      } catch (cause) {
        throw unreadable(this.path, cause);
      }
      if (read === 0) throw unreadable(this.path, `it ends at byte ${start + done} of ${this.length}`);
      done += read;
    }
    return bytes;
  }

  /** Closes a file that was opened here, sooner than by itself. */
  close(): void {
    if (dropped.unregister(this)) closeSync(this.#descriptor);
  }
}

/** Writes all of the bytes at a position. Throws as `writeSync`. */
export function writeAt(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

/** Takes bytes one part after the other, for as long as somebody holds them. The file has no name: nothing of it stays. */
export class ScratchFile {
  readonly #path = join(tmpdir(), `pinpoint-${randomUUID()}`);
  readonly #descriptor: number;
  #length = 0;

  /** @throws OperatorError `scratch-unwritable` */
  constructor() {
    this.#descriptor = this.#attempt(() => openSync(this.#path, "wx+", 0o600));
    unlinkSync(this.#path);
  }

  /** @throws OperatorError `scratch-unwritable` */
  append(bytes: Uint8Array): void {
    this.#attempt(() => writeAt(this.#descriptor, bytes, this.#length));
    this.#length += bytes.length;
  }

  /** Nothing may be appended afterwards. */
  finish(): FileBytes {
    return FileBytes.owning(this.#descriptor, this.#path);
  }

  #attempt<Result>(action: () => Result): Result {
    try {
      return action();
    } catch (cause) {
      const message = `Cannot write a temporary file in ${tmpdir()}: ${(cause as Error).message}; set TMPDIR to a folder with room.`;
      throw new OperatorError("scratch-unwritable", message, { path: this.#path }, { cause });
    }
  }
}
