/** The style of pictures of schedules. */

/** What the picture needs besides `chartStyle`. */
export const scheduleStyle = `
rect.recompute { fill: var(--forward); }
rect.weights { fill: var(--backward); }
rect.sync { fill: var(--transfer); }
rect.striped { fill: url(#stripes); pointer-events: none; }
rect.stripes { fill: #ffffff; fill-opacity: .35; }
rect.bubble { fill: url(#hatching); pointer-events: none; }
rect.hatching { fill: var(--soft); fill-opacity: .35; }
rect.shade1 { fill-opacity: .5; }
rect.shade2 { fill-opacity: .36; }
rect.shade3 { fill-opacity: .25; }
.chart .on { font-size: 11px; fill: var(--text); pointer-events: none; }
.chart .on.forward, .chart .on.recompute { fill: var(--bg); }
.chart .on.backward, .chart .on.weights, .chart .on.update { fill: #1b1f24; }
`;
