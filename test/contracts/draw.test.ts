import { expect } from "chai";
import { keccak256, numberToHex, type Hex } from "viem";
import { createPrng } from "../../common/index.ts";
import {
  drawnState,
  isForced,
  isSeatDrawn,
  isSegmentDrawn,
  partOf,
  parts,
  partStart,
  SecretTree,
} from "../../protocol/index.ts";
import { freshWorld, type Target, type World } from "./support/world.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);

/** Contract and client draw alike, and as often as the specification says. */
describe("the draw", () => {
  let world: World;
  let harness: Target;
  const prng = createPrng(seed);
  const word = (): Hex => keccak256(numberToHex(prng.below(2 ** 31), { size: 32 }));
  const big = (bits: number) => BigInt(word()) >> BigInt(256 - bits);

  before(async () => {
    console.log(`      seed ${seed}`);
    world = await freshWorld();
    harness = await world.deploy("DrawHarness");
  });

  function question() {
    const segments = 1 + prng.below(prng.below(2) === 0 ? 8 : 65_535);
    const total = 1n + big(1 + prng.below(128));
    const window = 8 + prng.below(prng.below(2) === 0 ? 40 : 2 ** 31);
    return {
      word: word(),
      jobId: big(64),
      k: BigInt(prng.below(segments + 1)),
      segments: BigInt(segments),
      draws: BigInt(1 + prng.below(segments)),
      steps: BigInt(1 + prng.below(4_096)),
      grid: BigInt(1 + prng.below(64)),
      account: numberToHex(big(160), { size: 20 }),
      weight: prng.below(5) === 0 ? 0n : big(128) % (total + 1n),
      total,
      attestors: BigInt(1 + prng.below(16)),
      secret: word(),
      elapsed: BigInt(prng.below(window)),
      window: BigInt(window),
    };
  }

  it("is the same by contract and client", async () => {
    const counts = { segment: 0, seat: 0, forced: 0 };
    for (let batch = 0; batch < 10; batch++) {
      const questions = Array.from({ length: 400 }, question);
      const answers = await world.read<Record<string, unknown>[]>(harness, "draw", [questions]);
      for (const [i, q] of questions.entries()) {
        const k = Number(q.k);
        const { index, states } = drawnState(q.word, q.jobId, k, { steps: Number(q.steps), grid: Number(q.grid) });
        const { weight, total } = q;
        const expected = {
          segment: isSegmentDrawn(q.word, q.jobId, k, { committed: Number(q.segments), draws: Number(q.draws) }),
          index: BigInt(index),
          states: BigInt(states),
          seat: isSeatDrawn(q.word, q.jobId, k, q.account, { weight, total, attestors: Number(q.attestors) }),
          forced: isForced(q.word, q.jobId, k, q.secret),
          part: parts.indexOf(partOf(Number(q.elapsed), Number(q.window))),
        };
        expect(
          answers[i],
          JSON.stringify(q, (_key, value) => String(value)),
        ).to.deep.equal(expected);
        for (const name of ["segment", "seat", "forced"] as const) if (expected[name]) counts[name]++;
      }
    }
    console.log(`      4,000 questions: ${JSON.stringify(counts)}`);
    expect(Math.min(...Object.values(counts))).to.be.greaterThan(60);
  });

  it("begins every part of a window where it says", () => {
    for (const window of [8, 9, 15, 16, 17, 1_000, 86_400, 2 ** 32 - 1])
      for (const [i, part] of parts.slice(1).entries()) {
        const start = partStart(part as "Seal", window);
        expect(partOf(start, window), `${part} of ${window}`).to.equal(part);
        if (i > 0) expect(partOf(start - 1, window)).to.equal(parts[i]);
      }
  });

  it("takes exactly as many segments as it should, spread over the job, and each as likely", () => {
    const [segments, draws, words] = [20, 3, 3_000];
    const times = Array.from({ length: segments }, () => 0);
    for (let n = 0; n < words; n++) {
      const at = word();
      const drawn = times.map((_, k) => isSegmentDrawn(at, 7n, k, { committed: segments, draws }));
      expect(drawn.filter(Boolean).length).to.equal(draws);
      for (const [run, end] of [7, 14, 20].entries())
        expect(drawn.slice([0, 7, 14][run], end).filter(Boolean).length).to.equal(1);
      drawn.forEach((is, k) => (times[k]! += Number(is)));
    }
    // Of 7 or 6: within five standard deviations.
    for (const [k, count] of times.entries()) {
      const p = k < 14 ? 1 / 7 : 1 / 6;
      expect(Math.abs(count - words * p)).to.be.lessThan(5 * Math.sqrt(words * p * (1 - p)));
    }
  });

  it("gives seats by stake, `attestors` of a segment on average, and tells one of 32 to err", () => {
    const weights = [50n, 30n, 15n, 5n];
    const [attestors, words] = [2, 4_000];
    let [seats, told] = [0, 0];
    const each = weights.map(() => 0);
    for (let n = 0; n < words; n++) {
      const at = word();
      for (const [i, weight] of weights.entries()) {
        const account = numberToHex(i + 1, { size: 20 });
        if (!isSeatDrawn(at, 3n, n, account, { weight, total: 100n, attestors })) continue;
        seats++;
        each[i]!++;
      }
      if (isForced(at, 3n, n, word())) told++;
    }
    // 50 % of the stake has a seat always: probability is at most 1.
    expect(each[0]).to.equal(words);
    for (const [i, p] of [1, 0.6, 0.3, 0.1].entries())
      expect(Math.abs(each[i]! - words * p)).to.be.at.most(5 * Math.sqrt(words * p * (1 - p)));
    expect(Math.abs(seats - attestors * words)).to.be.lessThan(300);
    expect(Math.abs(told - words / 32)).to.be.lessThan(5 * Math.sqrt(words / 32));
  });

  it("fixes which secret goes with which seat", async () => {
    const tree = new SecretTree(word());
    for (let n = 0; n < 40; n++) {
      const [jobId, k] = [big(64), prng.below(65_535)];
      const { secret, proof } = tree.at(jobId, k);
      const root = await world.read(harness, "secretsRoot", [jobId, BigInt(k), secret, proof]);
      expect(root).to.equal(tree.root);
      expect(await world.read(harness, "secretsRoot", [jobId, BigInt(k) + 1n, secret, proof])).to.not.equal(tree.root);
    }
    const { secret, proof } = tree.at(1n, 0);
    for (const wrong of [proof.slice(1), [...proof, proof[0]!]]) {
      const abi = [...harness.abi];
      const values = [BigInt(wrong.length), 12n];
      await world.readFails({ ...harness, abi }, "secretsRoot", [1n, 0n, secret, wrong], "WrongProofLength", values);
    }
  });
});
