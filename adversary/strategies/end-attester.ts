import { AlwaysPass } from "./always-pass.ts";
import type { Strategy } from "../strategy.ts";

/** As `always-pass`, in a job whose segments have no state on their grid but the end. */
export const endAttester: Strategy = {
  name: "end-attester",
  summary: "As always-pass, in a job whose segments have one state on their grid.",
  limit: "where there is no other state the end stands for the drawn one, and it is public",
  setting: { grid: 8 },
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(AlwaysPass)), coalition: stage.friends };
  },
};
