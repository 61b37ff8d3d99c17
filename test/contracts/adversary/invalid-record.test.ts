import { expect } from "chai";
import { fromHex, MerkleTree, toHex } from "../../../common/index.ts";
import { hashRecord, programRoot, sourceLeaves, validateRecord, validationNames } from "../../../engine/index.ts";
import { deployArbiter } from "../arbiter/arbiter.ts";
import { Court, type Question } from "../arbiter/court.ts";
import { once } from "../arbiter/harness.ts";
import { at, createSubject } from "../arbiter/program.ts";

const seed = 0x5eed_0107;
const arbiter = once(deployArbiter);
const court = once(() => Court.open(createSubject(seed), { step: 3, seed: 11, order: "shuffled" }));

/** Byte offsets of words in a record: its header, its first operand, what follows one operand. */
const word = (index: number): number => 4 * index;
const operand = (index: number, member: number): number => 64 + 40 * index + 4 * member;

/** A record broken so that exactly this code is the first that applies. */
interface Break {
  readonly operator: number;
  /** Byte offset in the record, and the new word. */
  readonly changes: readonly (readonly [number, number])[];
  /** Whose record is changed: by default the operator's own. */
  readonly leaf?: (open: Court) => number;
  /** Bytes cut off its end. */
  readonly cut?: number;
}

const stateLeaf = () => 1;
const breaks: Readonly<Record<string, Break>> = {
  Length: { operator: at.dot, changes: [], cut: 4 },
  Kind: { operator: at.dot, changes: [[word(0), 0x01020009]] },
  Fn: { operator: at.dot, changes: [[word(0), 0x01020105]] },
  Dtype: { operator: at.dot, changes: [[word(0), 0x02020005]] },
  Rank: { operator: at.dot, changes: [[word(0), 0x01050005]] },
  Extent: { operator: at.dot, changes: [[word(7), 0]] },
  Count: { operator: at.plainDot, changes: [[word(1), 0x00000001]], cut: 40 },
  Unused: { operator: at.dot, changes: [[word(15), 1]] },
  Parameter: { operator: at.dot, changes: [[word(3), 4097]] },
  Reference: { operator: at.dot, changes: [[operand(0, 0), (4 << 28) | at.dot]] },
  Source: { operator: at.counter, changes: [[word(3), 0]], leaf: stateLeaf },
  OperandDtype: { operator: at.dot, changes: [[operand(0, 0), (3 << 28) | 1]] },
  Guard: { operator: at.indices, changes: [] },
  Address: { operator: at.dot, changes: [[operand(0, 1), 600]] },
  Instruction: { operator: at.counter, changes: [[64 + 40, 0x00ff0004]] },
  State: { operator: at.counter, changes: [] },
};

/** A View of one piece with a guard whose divisor is 0: the record grows, so it is written whole. */
function guarded(record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(record.length + 48);
  bytes.set(record);
  new DataView(bytes.buffer).setUint32(word(1), 0x00010001, true);
  return bytes;
}

function broken(record: Uint8Array, { changes, cut = 0 }: Break): Uint8Array {
  const copy = record.slice(0, record.length - cut);
  for (const [offset, value] of changes) new DataView(copy.buffer).setUint32(offset, value >>> 0, true);
  return copy;
}

/** The question in the program that has other records or another header, all proofs made anew. */
function under(open: Court, question: Question, header: Uint8Array, records: readonly Uint8Array[]): Question {
  const tree = new MerkleTree(records.map(hashRecord));
  const source = (leaf: number) => ({ record: toHex(records[leaf]!), proof: tree.proof(leaf).map(toHex) });
  const j = question.claimed.operator;
  const own = open.leafOf({ space: "operator", index: j });
  const leaves = sourceLeaves(open.program.encoded.header, j, records[own]!) ?? [];
  return {
    ...question,
    step: { ...question.step, programRoot: toHex(programRoot(header, tree.root)) },
    evidence: {
      ...question.evidence,
      header: toHex(header),
      recordTree: toHex(tree.root),
      operator: source(own),
      sources: leaves.map(source),
      reads: [],
    },
  };
}

/** The records with one broken, and the validation code that follows. */
function breakProgram(open: Court, name: string, how: Break): { records: Uint8Array[]; code: number } {
  const { header, records: valid } = open.program.encoded;
  const own = open.leafOf({ space: "operator", index: how.operator });
  const leaf = how.leaf?.(open) ?? own;
  const records = valid.map((record, i) => (i === leaf ? broken(record, how) : record));
  if (name === "Guard") records[own] = guarded(records[own]!);
  // The counter's state declares two words, the counter has one.
  if (name === "State") records[1] = broken(records[1]!, { ...how, changes: [[word(3), 2]] });
  const leaves = sourceLeaves(header, how.operator, records[own]!) ?? [];
  const code = validateRecord(
    header,
    how.operator,
    records[own]!,
    leaves.map((i) => records[i]!),
  );
  return { records, code };
}

/** A solver who accepts a program that no machine can run answers for it with his stake. */
describe("attack: a claim about an invalid record", () => {
  const record = { verdict: "DefenderWrong", reason: "Record", expected: 0 };
  before(() => console.log(`      seed ${seed.toString(16)}`));

  it("breaks a record in every way that validation knows", () => {
    expect(["Ok", "Header", ...Object.keys(breaks)]).to.deep.equal([...validationNames]);
  });

  for (const [name, how] of Object.entries(breaks)) {
    it(`${name}: convicts, whatever the word`, async () => {
      const { judge } = await arbiter();
      const open = await court();
      const { records, code } = breakProgram(open, name, how);
      expect(validationNames[code]).to.equal(name);
      const question = under(open, open.question(how.operator, 0), open.program.encoded.header, records);
      const claimed = open.word(how.operator, 0);
      expect(await judge(question)).to.deep.equal({ ...record, claimed });
      const bare = { ...question, evidence: { ...question.evidence, sources: [] } };
      if (code < 12) expect(await judge(bare)).to.deep.equal({ ...record, claimed });
    });
  }

  it("Header: convicts", async () => {
    const { judge } = await arbiter();
    const open = await court();
    const { header, records } = open.program.encoded;
    // Another version; a batch of 0; a word that must be zero.
    for (const [offset, value] of [
      [0, 2],
      [20, 0],
      [28, 1],
    ] as const) {
      const changed = Uint8Array.from(header);
      new DataView(changed.buffer).setUint32(offset, value, true);
      const question = under(open, open.question(at.dot, 0), changed, records);
      expect(await judge(question)).to.deep.equal({ ...record, claimed: open.word(at.dot, 0) });
    }
  });

  it("a valid record does not convict with the sources of an invalid one", async () => {
    const { refuses } = await arbiter();
    const open = await court();
    const question = open.question(at.counter, 0);
    const forged = Uint8Array.from(fromHex(question.evidence.sources[1]!.record));
    forged[12] = 2;
    const source = { ...question.evidence.sources[1]!, record: toHex(forged) };
    const sources = [question.evidence.sources[0]!, source];
    const tree = new MerkleTree(open.program.encoded.records.map((bytes, i) => hashRecord(i === 1 ? forged : bytes)));
    const values = [toHex(tree.root), question.evidence.recordTree] as const;
    await refuses({ ...question, evidence: { ...question.evidence, sources } }, "RootMismatch", values);
  });
});
