import { ScratchFile, bytesOf, wordsWithin } from "../../../common/index.ts";
import type { Words } from "../../../common/index.ts";

/** Takes words one part after the other, and has them all in the end. */
export interface WordSink<Source extends Words> {
  /** Copies the words. */
  append(words: Uint32Array): void;
  /** Nothing may be appended afterwards. */
  finish(): Source;
}

/** Words that are collected in memory. */
export class MemoryWords implements WordSink<Uint32Array> {
  #words = new Uint32Array(1024);
  #length = 0;

  append(words: Uint32Array): void {
    const length = this.#length + words.length;
    if (length > this.#words.length) {
      const larger = new Uint32Array(2 * length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set(words, this.#length);
    this.#length = length;
  }

  finish(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }
}

/** Words that are collected in a temporary file, if they are more than a few. Throws the OperatorError `scratch-unwritable`. */
export class ScratchWords implements WordSink<Words> {
  #file: ScratchFile | undefined;
  /** What is written together. */
  readonly #buffer = new Uint32Array(2 ** 16);
  #buffered = 0;
  #length = 0;

  append(words: Uint32Array): void {
    if (this.#buffered + words.length > this.#buffer.length) this.#write();
    this.#length += words.length;
    if (words.length > this.#buffer.length) return this.#opened().append(bytesOf(words));
    this.#buffer.set(words, this.#buffered);
    this.#buffered += words.length;
  }

  finish(): Words {
    if (this.#file === undefined) return this.#buffer.slice(0, this.#length);
    this.#write();
    return wordsWithin(this.#file.finish(), 0, this.#length);
  }

  #opened(): ScratchFile {
    return (this.#file ??= new ScratchFile());
  }

  #write(): void {
    this.#opened().append(bytesOf(this.#buffer.subarray(0, this.#buffered)));
    this.#buffered = 0;
  }
}
