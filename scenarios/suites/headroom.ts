/**
 * Scenarios on which a better search can be seen. There `best` with 1,000 simulations is at least
 * 2% behind `best` with 30,000. A program of test/bench measures it, and docs/scenarios.md has the
 * figures.
 *
 * Nothing may be tuned or trained on `headroom`. `headroom-train` is for that: its networks,
 * members and clusters are others.
 */
import type { Suite } from "./suite.ts";

const judged: Suite = {
  name: "headroom",
  summary: "where search has not converged at 1,000 simulations; for judging alone",
  members: [
    "nmt-2/4xP100?steps=10&groups=64",
    "nmt-2/8xV100?steps=6&groups=80",
    "nmt-4/4xP100?steps=6&groups=64",
    "gnmt-2/4xP100?steps=6",
    "gnmt-4/4xP100?steps=4&memory=0.1x",
    "transformer-xl/4xP100?layers=4",
    "transformer-xl/8xP100?layers=5",
    "nasnet-a-mobile/4xK80",
    "layered/test/0/4xP100?ops=200",
    "layered/test/2/16xV100?ops=300&width=12",
    "layered/test/3/8xP100?ops=250&width=6&memory=0.12x",
    "layered/test/4/8xK80?ops=250&width=6",
    "series-parallel/test/0/8xP100?ops=200",
    "series-parallel/test/2/16xP100?ops=250",
  ],
  why: "Unrolled recurrent networks, attention, searched cells and random graphs, on 4 to 16 devices. With less memory, given as a share, two of them have to be split.",
};

const training: Suite = {
  name: "headroom-train",
  summary: "other scenarios with as much room, for tuning and training",
  members: [
    "rnnlm/4xP100?steps=10&layers=4&groups=64",
    "amoebanet-d/4xP100?layers=6",
    "wavenet/4xK80",
    "inception/train/3/8xK80",
    "layered/train/0/4xK80?ops=200",
    "layered/train/1/8xP100?ops=300&width=8",
    "layered/train/3/16xK80?ops=250&width=10",
    "layered/train/4/8xP100?ops=250&width=6&memory=0.12x",
    "series-parallel/train/0/4xP100?ops=200",
    "series-parallel/train/1/8xK80?ops=300",
  ],
  why: "What is learnt or chosen here is judged on headroom, of which it has seen nothing.",
};

export const headroomSuites: readonly Suite[] = [judged, training];
