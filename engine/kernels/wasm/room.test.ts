import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { makeRoom } from "./room.ts";

describe("room for a large memory", () => {
  it("is made of what nobody holds any more, and leaves no function behind", async () => {
    const dropped = new WeakRef(new Uint8Array(2 ** 20));
    // A target stays for as long as the task that made the reference.
    await setImmediate();
    makeRoom(2 ** 28);
    expect(dropped.deref()).to.equal(undefined);
    expect(globalThis).to.not.have.property("gc");
  });
});
