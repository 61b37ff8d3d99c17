import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const poisonedRestart: Strategy = {
  name: "poisoned-restart",
  summary: "a job of another solver is started from a false last state before it can be found out",
  coalition: coalitionOf("solver"),
  plan: () => ({ lie: (k) => (k === segments - 1 ? "bit" : undefined), attest: "claimed" }),
  async run(play, again) {
    await play.train();
    const { trace, end } = play.executed.at(-1)!;
    const child = again({}, "other");
    await child.train({ id: play.jobId, root: trace.roots.at(-1)!, end });
    await play.finish();
    await child.finish();
  },
};
