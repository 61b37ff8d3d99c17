import { closeSync, fstatSync, openSync, readSync } from "node:fs";
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
