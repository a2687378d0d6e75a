// Stands in for the program in pool.test.ts: what it does with a cell is the cell's method, and with
// plans their scenario.
let stop = () => undefined;

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.kind === "stop") return stop();
  if (message.kind === "score") return score(message.request);
  answer(message.cell);
});

function score({ scenario, plans }) {
  if (scenario === "kill") return process.kill(process.pid, "SIGKILL");
  process.send({ kind: "scores", scores: plans.map(() => ({ cost: process.pid })) });
}

function answer(cell) {
  const outcome = {
    kind: "outcome",
    outcome: { result: { method: cell.method, pid: process.pid }, times: {} },
  };
  if (cell.method === "good") {
    process.send({ kind: "progress", spent: 5 });
    process.send(outcome);
  }
  if (cell.method === "mistake") process.send({ kind: "mistake", sentence: "The cell is wrong." });
  if (cell.method === "fault")
    process.send({ kind: "fault", message: "broken", stack: "Error: broken at x" });
  if (cell.method === "exit") process.exit(3);
  if (cell.method === "kill") process.kill(process.pid, "SIGKILL");
  if (cell.method === "memory") {
    process.stderr.write(
      "a line of a library\n\n<--- Last few GCs --->\n\nFATAL ERROR: JavaScript heap out of memory\n",
    );
    process.kill(process.pid, "SIGABRT");
  }
  if (cell.method === "deaf") process.send({ kind: "progress", spent: 1 });
  if (cell.method === "until-stopped") {
    process.send({ kind: "progress", spent: 1 });
    stop = () => process.send(outcome);
  }
}
