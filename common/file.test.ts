import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { OperatorError } from "./errors.ts";
import { FileBytes, ScratchFile } from "./file.ts";

describe("FileBytes", () => {
  let folder: string;
  let path: string;
  const content = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-file-"));
    path = join(folder, "bytes");
    writeFileSync(path, content);
  });
  after(() => rmSync(folder, { recursive: true }));

  it("has the bytes of the file, as an array has them", () => {
    const bytes = FileBytes.open(path);
    expect(bytes.length).to.equal(1000);
    for (const [start, end] of [
      [0, 1000],
      [3, 4],
      [990, 2000],
      [1000, 1001],
      [7, 7],
      [2000, 3000],
    ] as const)
      // prettier-ignore
      expect(bytes.subarray(start, end), `${start} … ${end}`).to.deep.equal(content.slice(start, end));
    bytes.close();
    bytes.close();
  });

  it("keeps what is appended to a scratch file, which has no name", () => {
    const scratch = new ScratchFile();
    for (let start = 0; start < 1000; start += 300) scratch.append(content.subarray(start, start + 300));
    const bytes = scratch.finish();
    expect(bytes.subarray(0, 1000)).to.deep.equal(content);
    expect(existsSync(bytes.path)).to.equal(false);
    bytes.close();
  });

  it("says what cannot be read", () => {
    expect(() => FileBytes.open(join(folder, "none"))).to.throw(OperatorError, "ENOENT");
    const bytes = FileBytes.open(path);
    truncateSync(path, 10);
    expect(() => bytes.subarray(5, 20)).to.throw(OperatorError, "ends at byte 10 of 1000");
    bytes.close();
    expect(() => bytes.subarray(0, 1)).to.throw(OperatorError, "Cannot read");
  });
});
