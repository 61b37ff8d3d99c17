import { writeFileSync } from "node:fs";
import hre from "hardhat";
import { COUNTS_FILE_VARIABLE, type Counts } from "./count-reporter.ts";

/** The part of the task's result that is read here; Hardhat leaves the results of tasks untyped. */
interface SolidityTestRun {
  suiteResults: { testResults: { name?: string; status: "Success" | "Failure" | "Skipped"; reason?: string }[] }[];
}
type Result = { success: true; value: SolidityTestRun } | { success: false; error: SolidityTestRun };

const result = (await hre.tasks.getTask(["test", "solidity"]).run({})) as Result;
const { suiteResults } = result.success ? result.value : result.error;
const tests = suiteResults.flatMap((suite) => suite.testResults);
const count = (status: string) => tests.filter((test) => test.status === status).length;
const failures = tests
  .filter(({ status }) => status === "Failure")
  .map(({ name = "a test", reason = "no reason given" }) => `${name}: ${reason.split("\n")[0]}`);

const file = process.env[COUNTS_FILE_VARIABLE];
const counts: Counts = {
  passed: count("Success"),
  failed: count("Failure"),
  skipped: count("Skipped"),
  failures,
};
if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
process.exitCode = result.success ? 0 : 1;
