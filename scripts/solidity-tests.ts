import { writeFileSync } from "node:fs";
import hre from "hardhat";
import { COUNTS_FILE_VARIABLE, type Counts } from "./count-reporter.ts";

/** The part of the task's result that is read here; Hardhat leaves the results of tasks untyped. */
interface SolidityTestRun {
  suiteResults: { testResults: { status: "Success" | "Failure" | "Skipped" }[] }[];
}
type Result = { success: true; value: SolidityTestRun } | { success: false; error: SolidityTestRun };

const result = (await hre.tasks.getTask(["test", "solidity"]).run({})) as Result;
const { suiteResults } = result.success ? result.value : result.error;
const statuses = suiteResults.flatMap((suite) => suite.testResults.map((test) => test.status));
const count = (status: string) => statuses.filter((other) => other === status).length;

const file = process.env[COUNTS_FILE_VARIABLE];
const counts: Counts = { passed: count("Success"), failed: count("Failure"), skipped: count("Skipped") };
if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
process.exitCode = result.success ? 0 : 1;
