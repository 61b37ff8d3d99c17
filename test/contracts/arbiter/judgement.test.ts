import { expect } from "chai";
import { createPrng, toHex } from "../../../common/index.ts";
import { datasetCommitment, type Dataset, type StepContext } from "../../../engine/index.ts";
import { deployArbiter } from "./arbiter.ts";
import { Court } from "./court.ts";
import { once } from "./harness.ts";
import { at, createSubject } from "./program.ts";

const seed = 0x5eed0005;
const subject = createSubject(seed);
const arbiter = once(deployArbiter);

/** A step inside the schedule's table, and one past its end with the other order. */
const contexts: readonly StepContext[] = [
  { step: 3, seed: 0xdeadbeef, order: "shuffled" },
  { step: 9, seed: 7, order: "sequential" },
];

function hex(word: number): string {
  return word.toString(16).padStart(8, "0");
}

describe("Arbiter: judgement of every operator", () => {
  const random = createPrng(seed);
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [number, context] of contexts.entries()) {
    const court = once(() => Court.open(subject, context));
    for (const [name, operator] of Object.entries(at)) {
      it(`${name}, step ${context.step}`, async () => {
        const { judge } = await arbiter();
        const open = await court();
        const { words } = open.output(operator);
        const elements = new Set([0, words.length - 1, ...Array.from({ length: 6 }, () => random.below(words.length))]);
        for (const element of elements) {
          const expected = words[element]!;
          const truth = await judge(open.question(operator, element));
          const label = `element ${element}`;
          expect(truth, label).to.deep.equal({
            verdict: "ChallengerWrong",
            reason: "Element",
            claimed: expected,
            expected,
          });
        }
        const element = random.below(words.length);
        const expected = words[element]!;
        // Every bit once per operator; in the other step one is enough.
        for (let bit = number === 0 ? 0 : 31; bit < 32; bit++) {
          const claimed = (expected ^ (1 << bit)) >>> 0;
          const lie = await judge(open.question(operator, element, claimed));
          const label = `element ${element}: ${hex(claimed)}`;
          expect(lie, label).to.deep.equal({ verdict: "DefenderWrong", reason: "Element", claimed, expected });
        }
      });
    }
  }
});

describe("Arbiter: the data reaches the branches", () => {
  it("words past the field, fill words, both pieces, missing rows, NaNs", async () => {
    const open = await Court.open(subject, contexts[0]!);
    const reads = (operator: number) =>
      Array.from(open.output(operator).words, (_, element) => open.question(operator, element).evidence.reads.length);
    const late = await Court.open(subject, { step: 8, seed: 7, order: "sequential" });
    expect(late.question(at.field, 5 * 6 + 5).evidence.reads).to.have.lengthOf(0);
    expect(late.word(at.field, 5 * 6 + 4)).to.not.equal(0);
    expect(new Set(reads(at.window))).to.deep.equal(new Set([0, 1]));
    expect(new Set(reads(at.gathered))).to.deep.equal(new Set([1, 2]));
    expect(open.output(at.window).words.filter((word) => word === 0x7fc00000)).to.not.have.lengthOf(0);
    expect(open.output(at.window).words.some((word) => word === 0xff800001)).to.equal(false);
    const ninth = await Court.open(subject, contexts[1]!);
    expect(ninth.question(at.schedule, 0).evidence.reads).to.have.lengthOf(0);
  });

  it("judges a word of a sample past the field's end", async () => {
    const { judge } = await arbiter();
    const late = await Court.open(subject, { step: 8, seed: 7, order: "sequential" });
    const truth = await judge(late.question(at.field, 5 * 6 + 5));
    expect(truth).to.deep.equal({ verdict: "ChallengerWrong", reason: "Element", claimed: 0, expected: 0 });
    const lie = await judge(late.question(at.field, 5 * 6 + 5, 1));
    expect(lie).to.deep.equal({ verdict: "DefenderWrong", reason: "Element", claimed: 1, expected: 0 });
  });
});

describe("Arbiter: datasets that lack what is sampled", () => {
  const datasets: Readonly<Record<string, Dataset>> = {
    "no samples": { ...subject.dataset, samples: 0 },
    "no such field": { ...subject.dataset, fields: subject.dataset.fields.slice(0, 1) },
    "no fields": { samples: 5, fields: [] },
  };
  for (const [name, dataset] of Object.entries(datasets)) {
    it(`${name}: zero words, without a read`, async () => {
      const { judge } = await arbiter();
      const open = await Court.open(subject, contexts[0]!);
      const { header, tree, records, root } = datasetCommitment(dataset);
      const record = records[1];
      const opening = {
        header: toHex(header),
        fieldTree: toHex(tree.root),
        field: record === undefined ? "0x" : toHex(record),
        proof: record === undefined ? [] : tree.proof(1).map(toHex),
      } as const;
      for (const claimed of [0, 3]) {
        const question = open.question(at.labels, 2, claimed);
        const answer = await judge({
          ...question,
          step: { ...question.step, datasetRoot: toHex(root) },
          evidence: { ...question.evidence, dataset: opening, reads: [] },
        });
        const verdict = claimed === 0 ? "ChallengerWrong" : "DefenderWrong";
        expect(answer).to.deep.equal({ verdict, reason: "Element", claimed, expected: 0 });
      }
    });
  }
});

describe("Arbiter: verdicts without a computation", () => {
  const court = once(() => Court.open(subject, contexts[0]!));

  it("a word past the tensor's end must be zero", async () => {
    const { judge } = await arbiter();
    const open = await court();
    for (const element of [700, 767]) {
      const truth = await judge(open.question(at.weights, element));
      expect(truth).to.deep.equal({ verdict: "ChallengerWrong", reason: "Padding", claimed: 0, expected: 0 });
      const lie = await judge(open.question(at.weights, element, 0x80000000));
      expect(lie).to.deep.equal({ verdict: "DefenderWrong", reason: "Padding", claimed: 0x80000000, expected: 0 });
    }
  });

  it("words or dtype that are not the operator's convict, whatever the word", async () => {
    const { judge } = await arbiter();
    const open = await court();
    for (const change of [{ words: 701 }, { words: 699 }, { dtype: 2 }]) {
      const question = open.question(at.weights, 5);
      const answer = await judge({ ...question, claimed: { ...question.claimed, ...change } });
      const claimed = open.word(at.weights, 5);
      expect(answer).to.deep.equal({ verdict: "DefenderWrong", reason: "Declaration", claimed, expected: 0 });
    }
  });

  it("an invalid record convicts: by itself without sources, by its sources with them", async () => {
    const { judge, refuses } = await arbiter();
    const open = await court();
    const broken = open.subject.program.operators.map((op) => ({ ...op }));
    // Codes 10 and 15: K out of range, and an address past the tensor.
    Object.assign(broken[at.greatest]!, { k: 1025 });
    Object.assign(broken[at.dot]!, { k: 501 });
    const invalid = open.withOperators(broken);
    const record = { verdict: "DefenderWrong", reason: "Record", expected: 0 };
    const alone = invalid.question(at.greatest, 2);
    const withoutSources = { ...alone, evidence: { ...alone.evidence, sources: [] } };
    expect(await judge(withoutSources)).to.deep.equal({ ...record, claimed: invalid.word(at.greatest, 2) });
    const bySources = invalid.question(at.dot, 2);
    expect(await judge(bySources)).to.deep.equal({ ...record, claimed: invalid.word(at.dot, 2) });
    const stripped = { ...bySources, evidence: { ...bySources.evidence, sources: [] } };
    await refuses(stripped, "SourceCount", [0n, 3n]);
    expect(toHex(invalid.program.root)).to.not.equal(toHex(open.program.root));
  });
});
