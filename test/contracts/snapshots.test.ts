import { expect } from "chai";
import { committed, snapshots } from "../snapshots/snapshot.ts";

const hint = "run `npm run snapshots` if this is meant";

describe("what must not drift unseen", () => {
  it("is the storage of every contract", () => {
    expect(snapshots.storage(), hint).to.deep.equal(committed("storage"));
  });

  it("is every selector and topic", () => {
    expect(snapshots.selectors(), hint).to.deep.equal(committed("selectors"));
  });
});
