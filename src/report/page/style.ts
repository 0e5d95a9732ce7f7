/** How the page looks: in light and in dark, on a phone and on paper. Every pair of text and ground has AA contrast. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --card: #ffffff; --line: #deddd8; --text: #1d2025; --quiet: #5a6069; --link: #1f5fbf;
  --good: #1a7245; --good-ground: #e6f3eb; --bad: #b0281f; --bad-ground: #fbe9e7; --warn: #855300; --warn-ground: #fdf2dc;
  --copied: #2f6fca; --unchanged: #9aa1ab; --skipped: #c98a1b; --failed: #cf3a30; --plain: #b4bac3; --amount: #7d9cc9; --grid: #e7e6e2;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121418; --card: #1a1d23; --line: #31353d; --text: #e4e6ea; --quiet: #a2a9b4; --link: #86b5ff;
    --good: #63c793; --good-ground: #15291f; --bad: #ff9389; --bad-ground: #341b1a; --warn: #e9b85c; --warn-ground: #2d2412;
    --copied: #5b97ee; --unchanged: #6d747f; --skipped: #d9a13b; --failed: #ee6157; --plain: #5a616c; --amount: #54749f; --grid: #292d34;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
main { outline: none; }
h1, h2, h3 { line-height: 1.25; font-weight: 600; }
h2 { font-size: 1.125rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: 0 0 .5rem; }
a { color: var(--link); }
code, pre { font-family: var(--mono); font-size: .875em; overflow-wrap: anywhere; }
small { font-size: .875rem; }
.quiet, small, footer { color: var(--quiet); }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: fixed; top: .5rem; left: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1; }
[hidden] { display: none !important; }
:focus-visible, label:focus-within { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.125rem 1.25rem; margin: 0 0 1rem; }

header { padding-top: 2.25rem; padding-bottom: 1.25rem; }
h1 { display: flex; gap: .75rem; align-items: flex-start; font-size: 1.75rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h1 svg { flex: none; width: 1.25em; height: 1.25em; fill: none; stroke: var(--card); stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round; }
.good circle { fill: var(--good); stroke: none; } .dubious circle { fill: var(--warn); stroke: none; } .bad circle { fill: var(--bad); stroke: none; }
.dubious h1 { color: var(--warn); } .bad h1 { color: var(--bad); }
.way { font-size: 1.0625rem; margin: 0 0 .125rem; }
.facts { color: var(--quiet); margin: 0; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem 1.5rem; margin: 0; }
.tile dt { color: var(--quiet); font-size: .875rem; display: flex; align-items: center; gap: .4rem; }
.tile dd { margin: 0; font-size: 1.5rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3; }
.tile dd small { display: block; font-weight: 400; }
.tile.none dd { color: var(--quiet); font-weight: 400; }
.tile.copied dt::before, .tile.unchanged dt::before, .tile.skipped dt::before, .tile.failed dt::before, .legend span::before { content: ""; width: .7rem; height: .7rem; border-radius: 3px; background: var(--plain); display: inline-block; }
.tile.copied dt::before, .legend .copied::before { background: var(--copied); }
.tile.unchanged dt::before { background: var(--unchanged); }
.tile.skipped dt::before { background: var(--skipped); }
.tile.failed dt::before, .legend .failed::before { background: var(--failed); }
.tile.failed:not(.none) dd, .tile.undeleted dd { color: var(--bad); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; color: var(--quiet); font-size: .875rem; }
.legend span::before { margin-right: .4rem; }
.note { margin: .5rem 0 0; overflow-wrap: anywhere; }

.bar { display: block; width: 100%; height: .7rem; border-radius: 3px; }
.accounts { height: .625rem; margin-top: 1rem; background: var(--grid); }
rect.plain { fill: var(--plain); } rect.amount { fill: var(--amount); } rect.copied { fill: var(--copied); } rect.unchanged { fill: var(--unchanged); }
rect.skipped { fill: var(--skipped); } rect.failed { fill: var(--failed); }

.finding { border-left: 4px solid var(--bad); padding: .125rem 0 .125rem 1rem; margin: 1rem 0; overflow-wrap: anywhere; }
section > :last-child { margin-bottom: 0; }
.finding .quiet { font-weight: 400; font-size: .875rem; }
.todo { margin-top: .5rem; overflow-wrap: anywhere; }
.paste { position: relative; }
pre { margin: .5rem 0; padding: .875rem 1rem; max-height: 26rem; overflow: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; line-height: 1.45; }
pre code { overflow-wrap: normal; }
.keys { margin: .5rem 0; padding-left: 1.25rem; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; }
details > table { margin-top: .5rem; }

button, .button, select, input[type=search] { font: inherit; font-size: .9375rem; color: var(--text); background: var(--card); border: 1px solid var(--quiet); border-radius: 6px; padding: .3rem .7rem; min-height: 2.25rem; max-width: 100%; }
button, .button { cursor: pointer; } button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
.button { display: inline-flex; align-items: center; }
.copy { position: absolute; top: .5rem; right: .5rem; min-height: 0; padding: .125rem .625rem; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 2rem; }
.chart { margin: .25rem 0; min-width: 0; }
figcaption { font-size: .9375rem; margin-bottom: .5rem; }
.plot { display: grid; grid-template-columns: auto 1fr; gap: .25rem .5rem; font-size: .8125rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
.plot svg { width: 100%; height: 9rem; display: block; }
.y { display: flex; flex-direction: column; justify-content: space-between; text-align: right; margin: -.6rem 0; }
.x { grid-column: 2; display: flex; justify-content: space-between; }
.grid { stroke: var(--grid); fill: none; vector-effect: non-scaling-stroke; }
.area { fill: var(--copied); fill-opacity: .85; }

table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--quiet); font-size: .875rem; padding-bottom: .25rem; }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--quiet); font-weight: 500; font-size: .875rem; white-space: nowrap; }
tbody th { font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.share { width: 32%; vertical-align: middle; }
.pairs th { width: 16rem; }
section > table + table, section > table + details { margin-top: 1.25rem; }

.offers th:first-child, .offers td:nth-child(2), .offers td:nth-child(3) { white-space: nowrap; }
.offers td:nth-child(4) { min-width: 8.5rem; } .offers + p { font-size: .875rem; margin-top: .75rem; }
.offers .word { background: var(--grid); display: inline-block; } .offers .chosen .word { color: var(--good); background: var(--good-ground); }
.offers .chosen th, .offers .chosen td:nth-child(4) { font-weight: 600; } .offers .chosen { background: var(--good-ground); } .offers td p { margin: 0; } .offers .impossible { color: var(--quiet); }

.checks { list-style: none; margin: 0; padding: 0; }
.checks li { border-top: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere; }
.checks h3 { font-weight: 500; font-size: .9375rem; margin: 0; display: flex; gap: .75rem; justify-content: space-between; }
.checks p { margin: 0; color: var(--quiet); font-size: .9375rem; }
.word, td.action { font-size: .875rem; white-space: nowrap; }
.word { border-radius: 99px; padding: 0 .625rem; height: fit-content; }
.pass .word { color: var(--good); background: var(--good-ground); }
.warn .word, .unknown .word { color: var(--warn); background: var(--warn-ground); }
.fail .word { color: var(--bad); background: var(--bad-ground); }

#filter { display: flex; flex-wrap: wrap; gap: .75rem 1rem; margin: .75rem 0; }
#filter label { display: flex; flex-direction: column; font-size: .875rem; color: var(--quiet); min-width: 0; max-width: 100%; }
#filter label:first-child { flex: 1 1 16rem; }
progress { width: 100%; accent-color: var(--copied); }
#rows { table-layout: fixed; font-size: .875rem; }
#rows thead button { border: 0; padding: 0; min-height: 0; background: none; color: inherit; font-size: inherit; }
#rows thead th[aria-sort] button { color: var(--text); font-weight: 600; }
#rows thead th[aria-sort=ascending] button::after { content: " \\2191" / ""; } #rows thead th[aria-sort=descending] button::after { content: " \\2193" / ""; }
#rows .failed, #rows .kept { color: var(--bad); font-weight: 600; }
.why { display: block; color: var(--quiet); }
#pages { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-top: .75rem; }
#where { margin: 0 .5rem; font-variant-numeric: tabular-nums; }
footer { padding-bottom: 2rem; font-size: .875rem; }

@media (min-width: 44.01rem) {
  #rows th:nth-child(1) { width: 7.5rem; } #rows th:nth-child(2) { width: 10rem; } #rows th:nth-child(4) { width: 10rem; } #rows th:nth-child(5) { width: 6.5rem; }
  #rows th:nth-child(5), #rows td:nth-child(5) { padding-left: 1.25rem; }
}
@media (max-width: 44rem) {
  header, main, footer { padding-left: .75rem; padding-right: .75rem; }
  h1 { font-size: 1.375rem; }
  section { padding: .875rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  th, td { padding-right: .5rem; }
  .pairs th { width: 40%; }
  .shares { display: grid; grid-template-columns: minmax(0, 1fr) repeat(3, auto); }
  .shares.of-2 { grid-template-columns: minmax(0, 1fr) auto; } .shares.of-3 { grid-template-columns: auto minmax(0, 1fr) auto; }
  .shares > *, .shares tr { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; }
  .shares caption { display: block; }
  .shares th.share { display: none; }
  .shares td.share { grid-column: 1 / -1; order: 1; width: auto; border: 0; padding: 0 0 .375rem; }
  .offers thead { position: absolute; clip-path: inset(50%); }
  .offers tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .5rem 0; border-top: 1px solid var(--line); }
  .offers th, .offers td { border: 0; padding: 0; } .offers td:last-child { flex: 1 0 100%; }
  #rows thead tr { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
  #rows thead th, #rows tbody td, #rows tbody th { text-align: left; border: 0; padding: 0; }
  #rows tbody tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .5rem 0; border-top: 1px solid var(--line); }
  #rows tbody th { flex: 1 0 100%; order: -1; }
  #rows tbody .size::after { content: " B"; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  body { background: none; font-size: 11pt; }
  section { border: 0; padding: 0; break-inside: auto; } tr, .tile, .chart, .finding { break-inside: avoid; }
  pre { max-height: none; overflow: visible; white-space: pre-wrap; }
  button, form, #pick, nav, progress { display: none !important; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .bar, .plot svg { print-color-adjust: exact; }
}
`;
