// Stands in for the program in pool.test.ts: what it does with a cell is the cell's method.
let stop = () => undefined;

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.kind === "stop") return stop();
  answer(message.cell);
});

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
  if (cell.method === "until-stopped") {
    process.send({ kind: "progress", spent: 1 });
    stop = () => process.send(outcome);
  }
}
