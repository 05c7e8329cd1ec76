// A chart to explore: the same figures as the page's, with a cursor that reads every series and a zoom by drawing.
import uPlot from "uplot";

const START = { Q: (n) => 3 * (n - 1), M: (n) => n - 1 };

// The middle of a period in seconds, as readers' calendars have it.
function moment(period) {
  const [, year, quarter, month] = /^(\d{4})(?:-(?:Q([1-4])|(\d\d)))?$/.exec(period) ?? [];
  if (!year) return null;
  const first = quarter ? START.Q(Number(quarter)) : month ? START.M(Number(month)) : 0;
  return Date.UTC(Number(year), first, 1) / 1000;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Draws into `place` and gives the chart; null where the figures are not of one series of periods.
export async function explore(place, address, language) {
  const told = await (await fetch(address)).json();
  const measures = told.columns.filter((each) => each.type === "number" || each.type === "rate");
  const rows = told.rows
    .map((row) => [moment(row.period ?? ""), row])
    .filter(([at]) => at !== null)
    .sort(([a], [b]) => a - b);
  const times = rows.map(([at]) => at);
  if (times.length < 3 || new Set(times).size !== times.length || measures.length === 0) return null;
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const named = new Map(rows.map(([at, row]) => [at, row.period]));
  const colours = ["--accent", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--soft"].map(colour);
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const options = {
    width: place.clientWidth,
    height: 320,
    scales: { x: { time: true } },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    cursor: { focus: { prox: 24 } },
    focus: { alpha: 0.35 },
    axes: [axis, { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => numbers.format(tick)) }],
    series: [
      { label: told.columns.find((each) => each.name === "period").title, value: (_, at) => named.get(at) ?? "" },
      ...measures.map((each, at) => ({
        label: each.title,
        stroke: colours[at % colours.length],
        width: 2,
        points: { show: true, size: 5 },
        value: (_, value) => (value == null ? "–" : numbers.format(value)),
      })),
    ],
  };
  const data = [times, ...measures.map((each) => rows.map(([, row]) => row[each.name]))];
  return new uPlot(options, data, place);
}
