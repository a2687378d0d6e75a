/** Rules of the board's site beyond those of every page. */
export const boardStyle = `
body { max-width: 84rem; }
.trail { font-size: .87rem; margin: 0 0 .6rem; }
.lead { max-width: 52rem; }
.boardfilter {
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1rem 0 .4rem;
  padding: .7rem .8rem; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px;
}
.boardfilter label, .choose label { display: grid; gap: .15rem; font-size: .8rem; color: var(--soft); }
.boardfilter label.check { display: flex; gap: .4rem; align-items: center; padding-bottom: .35rem; }
.boardfilter output { padding-bottom: .35rem; font-size: .87rem; color: var(--soft); min-width: 9rem; }
select, input[type="search"] {
  font: 15px system-ui, "Liberation Sans", sans-serif; color: var(--text); background: var(--bg);
  border: 1px solid var(--rule); border-radius: 4px; padding: .25rem .4rem; max-width: 100%;
}
.group { border-top: 0; margin-top: 1rem; }
.ranked { width: 100%; }
.ranked th.name { min-width: 12rem; }
.ranked small { display: inline; margin: 0 0 0 .5em; color: var(--soft); }
.ranked tr.top td:first-child { font-weight: 700; }
.interval { width: 11rem; height: 1.25rem; display: block; overflow: visible; }
.interval .reach { stroke: var(--c, var(--accent)); stroke-width: 6; opacity: .45; }
.interval .dot { fill: var(--c, var(--accent)); stroke: none; }
.interval .rail { stroke: var(--rule); }
.interval text { font: 11px system-ui, "Liberation Sans", sans-serif; fill: var(--soft); font-weight: 400; }
td.drawn, th.drawn { text-align: left; min-width: 11.5rem; }
button.open {
  background: none; border: 0; padding: 0 .35rem 0 0; color: var(--soft); width: 1.3rem;
}
button.open[aria-expanded="true"] { transform: rotate(90deg); }
tr.detail > td { text-align: left; white-space: normal; background: var(--panel); padding: .7rem .9rem 1rem; }
.detail p, .detail ul { max-width: 60rem; }
.strip { display: flex; flex-wrap: wrap; gap: 2px; list-style: none; margin: .4rem 0 .2rem; padding: 0; }
.strip a {
  display: block; min-width: 3.6rem; padding: .1rem .3rem; text-align: right; text-decoration: none;
  font-size: .78rem; font-variant-numeric: tabular-nums; color: var(--text); border-radius: 2px;
  background: color-mix(in srgb, var(--heat) var(--w, 0%), var(--bg));
}
.strip a.none { color: var(--soft); border: 1px dashed var(--rule); }
.strip a:hover, .strip a:focus-visible { outline: 2px solid var(--accent); }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; color: var(--text); overflow-wrap: anywhere; }
.command { display: flex; flex-wrap: wrap; gap: .5rem; align-items: baseline; }
.command code { background: var(--panel); border: 1px solid var(--rule); border-radius: 4px; padding: .2rem .45rem; }
.detail .command code { background: var(--bg); }
.command button { font-size: .8rem; padding: .05rem .5rem; }
.axisline, .difference { stroke: var(--soft); stroke-width: 1.2; }
.joined { fill: var(--text); }
.stem { fill: none; stroke: var(--c); stroke-width: 1.1; opacity: .75; }
.choose { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; margin: .8rem 0; }
.choose select { min-width: 0; width: min(30rem, 90vw); }
.sides { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1.6rem; }
.side {
  min-width: 0; display: grid; grid-row: span 3; grid-template-rows: subgrid; align-content: start;
  grid-template-columns: minmax(0, 1fr); row-gap: 0; border: 0; margin-top: 0;
}
.side h3 { overflow-wrap: anywhere; margin-top: .4rem; }
.side h4 { font-size: .92rem; margin: 1rem 0 .2rem; }
.side .bars li { grid-template-columns: 6rem minmax(0, 1fr); }
.side .bartext { grid-column: 2; margin-top: -.3rem; }
.graphbox .scroll { max-height: 34rem; overflow: auto; border: 1px solid var(--rule); border-radius: 4px; }
svg.graph { min-width: 0; }
.natural:has(:checked) svg.graph { width: auto; max-width: none; }
.check { font-size: .85rem; color: var(--soft); }
.key i.device { background: color-mix(in srgb, var(--c) 45%, var(--bg)); border: 1px solid var(--c); }
.big { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; margin: .8rem 0; }
.card { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: .5rem .8rem; }
.card span { display: block; color: var(--soft); font-size: .8rem; }
@media (max-width: 60rem) { .sides { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 40rem) {
  .ranked th.name { min-width: 8.5rem; }
  .ranked small { display: block; margin: 0; }
  .interval { width: 8rem; }
  td.drawn, th.drawn { min-width: 8.4rem; }
  .boardfilter label { flex: 1 1 9rem; }
  .boardfilter select, .boardfilter input[type="search"] { width: 100%; }
}
@media print { .boardfilter, .choose, .check, .command button, button.open { display: none; } }
`;
