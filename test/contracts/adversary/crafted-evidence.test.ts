import { expect } from "chai";
import { BaseError, ContractFunctionRevertedError, type Hex } from "viem";
import { createPrng, fromHex, toHex, type Prng } from "../../../common/index.ts";
import { deployArbiter, type Arbiter, type Answer } from "../arbiter/arbiter.ts";
import { Court, type Question } from "../arbiter/court.ts";
import { once } from "../arbiter/harness.ts";
import { at, createSubject } from "../arbiter/program.ts";

const seed = 0x5eed_0106;
const attempts = 25;
const arbiter = once(deployArbiter);
const court = once(() => Court.open(createSubject(seed), { step: 3, seed: 11, order: "shuffled" }));

type Evidence = Question["evidence"];

/** Some bytes with a bit flipped, cut off, or made longer. */
function bent(random: Prng, bytes: Hex): Hex {
  const copy = fromHex(bytes);
  if (copy.length === 0 || random.below(4) === 0) return toHex(new Uint8Array([...copy, random.below(256)]));
  if (random.below(4) === 0) return toHex(copy.slice(0, -1));
  copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return toHex(copy);
}

/** A list with an item bent, dropped, doubled, or two exchanged. */
function shuffled<T>(random: Prng, items: readonly T[], bend: (item: T) => T): T[] {
  const copy = [...items];
  if (copy.length === 0) return copy;
  const [i, j] = [random.below(copy.length), random.below(copy.length)];
  const kind = random.below(4);
  if (kind === 0) copy.splice(i, 1);
  else if (kind === 1) copy.splice(i, 0, copy[j]!);
  else if (kind === 2) [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  else copy[i] = bend(copy[i]!);
  return copy;
}

/** Evidence as a thief would try it: one thing changed, or something right from another question put in. */
function crafted(random: Prng, own: Evidence, other: Evidence): Evidence {
  const hash = (node: Hex): Hex => bent(random, node).slice(0, 66).padEnd(66, "0") as Hex;
  const proof = (nodes: readonly Hex[]) => shuffled(random, nodes, hash);
  const read = random.below(Math.max(1, own.reads.length));
  const foreign = other.reads[random.below(Math.max(1, other.reads.length))] ?? own.reads[read];
  const changes: (() => Partial<Evidence>)[] = [
    () => ({ header: bent(random, own.header) }),
    () => ({ operator: other.operator }),
    () => ({ operator: { ...own.operator, record: bent(random, own.operator.record) } }),
    () => ({ operator: { ...own.operator, proof: proof(own.operator.proof) } }),
    () => ({ sources: other.sources }),
    () => ({
      sources: shuffled(random, own.sources, (source) => ({ ...source, record: bent(random, source.record) })),
    }),
    () => ({
      sources: own.sources.map((_, i) => other.sources[i % Math.max(1, other.sources.length)] ?? own.operator),
    }),
    () => ({ chunk: bent(random, own.chunk) }),
    () => ({ chunk: other.chunk }),
    () => ({ word: random.below(256) }),
    () => ({ dataset: { ...own.dataset, header: bent(random, own.dataset.header) } }),
    () => ({ dataset: { ...own.dataset, field: bent(random, own.dataset.field) } }),
    () => ({ reads: other.reads }),
    () => ({ reads: own.reads.map((item, i) => (i === read && foreign !== undefined ? foreign : item)) }),
    () => ({ reads: shuffled(random, own.reads, (item) => ({ ...item, chunks: bent(random, item.chunks) })) }),
    () => ({ reads: shuffled(random, own.reads, (item) => ({ ...item, chunkTree: hash(item.chunkTree) })) }),
    () => ({ reads: shuffled(random, own.reads, (item) => ({ ...item, chunkProof: proof(item.chunkProof) })) }),
    () => ({ reads: shuffled(random, own.reads, (item) => ({ ...item, tensorProof: proof(item.tensorProof) })) }),
  ];
  return { ...own, ...random.pick(changes)() };
}

/** The arbiter's answer; null where the evidence is refused. */
async function ask({ judge }: Arbiter, question: Question): Promise<Answer | null> {
  try {
    return await judge(question);
  } catch (error) {
    if (error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError)) return null;
    throw error;
  }
}

describe("attack: crafted evidence against an honest claim", () => {
  const random = createPrng(seed);
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [name, operator] of Object.entries(at)) {
    it(`${name}: nobody is convicted`, async () => {
      const judge = await arbiter();
      const open = await court();
      const drawn = () => open.question(operator, random.below(open.output(operator).words.length));
      const outcomes = { refused: 0, acquitted: 0 };
      for (let attempt = 0; attempt < attempts; attempt++) {
        const own = drawn();
        const from = random.below(2) === 0 ? random.below(Object.keys(at).length) : operator;
        const other = from === operator ? drawn() : open.question(from, 0);
        const question = { ...own, evidence: crafted(random, own.evidence, other.evidence) };
        const answer = await ask(judge, question);
        if (answer === null) outcomes.refused++;
        else {
          expect(answer.verdict, JSON.stringify(question)).to.equal("ChallengerWrong");
          outcomes.acquitted++;
        }
      }
      expect(outcomes.refused, "much of it is refused").to.be.above(attempts / 5);
    });
  }

  it("would convict a lie with the same evidence", async () => {
    const judge = await arbiter();
    const open = await court();
    for (const operator of Object.values(at)) {
      const lie = open.question(operator, 0, (open.word(operator, 0) ^ 1) >>> 0);
      expect(await ask(judge, lie)).to.include({ verdict: "DefenderWrong", reason: "Element" });
    }
  });
});
