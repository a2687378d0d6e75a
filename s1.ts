import { profileStates } from "./test/golden/checks/pipedream.ts";
import { intervalPlan } from "./agents/exact/intervals/interval-program.ts";
import { levelCosts, START } from "./agents/exact/intervals/interval-costs.ts";
import { RowSolver } from "./agents/exact/intervals/interval-row.ts";
const s = profileStates("gnmt_large", "../shared/golden");
const o = { levels: [{ machines: 4, bytesPerUs: 1e3 }], mode: "code", transfers: "free", replicas: "any" } as const;
const cpu = () => process.cpuUsage().user/1e3;
for (let i=0;i<4;i++) {
let t=cpu(); const c = levelCosts(s, o, 0, null); console.log("costs", cpu()-t);
t=cpu(); const r = new RowSolver(c, false); console.log("ctor", cpu()-t);
t=cpu(); r.solve(START); console.log("solve", cpu()-t);
t=cpu(); intervalPlan(s,o); console.log("plan", cpu()-t);
}
