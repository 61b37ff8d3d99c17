import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { privateKeyToAddress } from "viem/accounts";
import { decryptKey, encryptKey, readKeystore, writeKeystore } from "../daemon/index.ts";
import { exitCodes, runCli } from "./run.ts";

const key = `0x${"1f".repeat(32)}` as const;
const address = privateKeyToAddress(key);

/** A terminal at which answers are typed, one to each question; or a pipe with text. */
class Desk {
  readonly stdin = Object.assign(new PassThrough(), {
    isTTY: false,
    setRawMode: (raw: boolean) => this.rawModes.push(raw),
  });
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly rawModes: boolean[] = [];
  /** On standard error. */
  said = "";
  readonly #answers: string[];

  constructor({ answers, text }: { answers?: string[]; text?: string }) {
    this.#answers = answers ?? [];
    this.stdin.isTTY = answers !== undefined;
    if (text !== undefined) this.stdin.end(text);
    this.stderr.on("data", (part: Buffer) => {
      this.said += part.toString();
      const answer = part.toString().endsWith(": ") ? this.#answers.shift() : undefined;
      // Typed after the question is on the screen.
      if (answer !== undefined) setImmediate(() => this.stdin.write(answer));
    });
  }

  async run(...words: string[]): Promise<{ status: number; out: string }> {
    const signal = new AbortController().signal;
    const { stdin, stdout, stderr } = this;
    const status = await runCli(["key", ...words], { stdin, stdout, stderr, signal });
    return { status, out: String(stdout.read() ?? "") };
  }
}

describe("pinpoint key", function () {
  let folder: string;
  let keystore: string;
  let passwordFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-key-"));
    [keystore, passwordFile] = [join(folder, "a.json"), join(folder, "password")];
    writeFileSync(passwordFile, "hidden\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes a new account, and says which", async () => {
    const words = ["new", "--keystore", keystore, "--password-file", passwordFile];
    const { status, out } = await new Desk({}).run(...words, "--json");
    expect(status).to.equal(exitCodes.ok);
    const made = decryptKey(readKeystore(keystore), "hidden");
    expect(JSON.parse(out)).to.deep.equal({ address: privateKeyToAddress(made), keystore });
    expect(statSync(keystore).mode & 0o777).to.equal(0o600);
    const before = readFileSync(keystore, "utf8");
    const again = await new Desk({}).run(...words);
    expect(again.status).to.equal(exitCodes.failed);
    expect(readFileSync(keystore, "utf8")).to.equal(before);
  });

  it("asks for key and password without showing them, and corrects", async () => {
    const desk = new Desk({ answers: [`${key}\r`, "hiddem\u007fn\r", "hidden\r"] });
    expect((await desk.run("import", "--keystore", keystore)).status).to.equal(exitCodes.ok);
    expect(decryptKey(readKeystore(keystore), "hidden")).to.equal(key);
    expect(desk.rawModes).to.deep.equal([true, false, true, false, true, false]);
  });

  it("writes nothing when the passwords differ, or the person thinks better of it", async () => {
    const differing = new Desk({ answers: ["one\r", "two\r"] });
    expect((await differing.run("new", "--keystore", keystore)).status).to.equal(exitCodes.failed);
    const cancelled = new Desk({ answers: ["one\u0003"] });
    expect((await cancelled.run("new", "--keystore", keystore)).status).to.equal(exitCodes.failed);
    expect(cancelled.rawModes).to.deep.equal([true, false]);
    expect(() => statSync(keystore)).to.throw("ENOENT");
  });

  it("imports from a pipe or a file, and says nothing of a bad key", async () => {
    const piped = new Desk({ text: `${key.slice(2)}\n` });
    await piped.run("import", "--keystore", keystore, "--password-file", passwordFile);
    expect(decryptKey(readKeystore(keystore), "hidden")).to.equal(key);
    const from = join(folder, "plain");
    writeFileSync(from, "0xnotakeyatall");
    const bad = new Desk({});
    const other = join(folder, "b.json");
    const { status } = await bad.run("import", "--from", from, "--keystore", other, "--password-file", passwordFile);
    expect(status).to.equal(exitCodes.failed);
    expect(bad.said)
      .to.match(/bad-key/)
      .and.not.contain("notakey");
  });

  it("tells the address, opened on request", async () => {
    writeKeystore(keystore, encryptKey(key, "hidden", { n: 2 }));
    expect((await new Desk({}).run("address", "--keystore", keystore)).out).to.equal(`${address}\n`);
    const checked = new Desk({ answers: ["hidden\r"] });
    expect((await checked.run("address", "--keystore", keystore, "--check")).out).to.equal(`${address}\n`);
    const wrong = new Desk({ answers: ["other\r"] });
    expect((await wrong.run("address", "--keystore", keystore, "--check")).status).to.equal(exitCodes.failed);
  });
});
