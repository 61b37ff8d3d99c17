import { expect } from "chai";
import { keccak256, numberToHex } from "viem";
import { isSeatDrawn, isSegmentDrawn, type DrawTerms } from "../protocol/index.ts";
import { chanceFound, chanceFoundByMany } from "./odds.ts";
import { honestVerifiers, segments, usualSetting, type Setting } from "./setting.ts";

const words = 4_000;

/** Part of many words that draw a segment and an honest seat on it. */
function sampled({ honestShare, attestors, draws }: Setting): number {
  const terms: DrawTerms = { committed: segments, draws };
  const weights = { weight: BigInt(honestShare * 1_000_000) / BigInt(honestVerifiers), total: 1_000_000n, attestors };
  let found = 0;
  for (let n = 0; n < words; n++) {
    const word = keccak256(numberToHex(n));
    const k = n % segments;
    if (!isSegmentDrawn(word, 1n, k, terms)) continue;
    const accounts = Array.from({ length: honestVerifiers }, (_, i) => numberToHex(i + 1, { size: 20 }));
    if (accounts.some((account) => isSeatDrawn(word, 1n, k, account, weights))) found++;
  }
  return found / words;
}

describe("chances of a false segment", () => {
  const few: Setting = { ...usualSetting, attestors: 2, draws: 1 };
  for (const setting of [usualSetting, few, { ...usualSetting, honestShare: 0.25 }]) {
    it(`are those of the draw: ${JSON.stringify(setting)}`, () => {
      const chance = chanceFound(setting);
      expect(sampled(setting)).to.be.closeTo(chance, 4 * Math.sqrt((chance * (1 - chance)) / words));
    });
  }

  it("are the less, the more verifiers share the honest stake", () => {
    expect(chanceFoundByMany(usualSetting)).to.be.below(chanceFound(usualSetting));
    expect(chanceFoundByMany(usualSetting)).to.be.closeTo(0.388, 0.001);
  });
});
