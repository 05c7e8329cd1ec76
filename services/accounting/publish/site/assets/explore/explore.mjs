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

// What the page's own charts draw keeps its colours: those of the legends, by the title of a measure.
function colourOf(figure) {
  const entries = [...figure.querySelectorAll(".legend li")];
  return (title) => {
    const entry = entries.find((each) => each.textContent === title || each.textContent.startsWith(`${title}, `));
    return entry && getComputedStyle(entry, "::before").backgroundColor;
  };
}

// Months as numbers: not every browser knows them in Kazakh.
const MONTHS = Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, "0"));
const NAMES = { MMMM: MONTHS, MMM: MONTHS, WWWW: [], WWW: [] };

// The width that the numbers of an axis take.
function room(_, labels) {
  return 20 + 7.5 * Math.max(...(labels ?? [""]).map((each) => each.length));
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
  const alike = language === "kk" ? "ru" : language; // Kazakh numbers, written as Russian ones are
  const format = new Intl.NumberFormat(alike, { maximumFractionDigits: 1 });
  const numbers = { format: (value) => format.format(value).replace("-", "\u2212") };
  const named = new Map(rows.map(([at, row]) => [at, row.period]));
  const drawn = colourOf(place.closest("figure"));
  const apart = measures.some((each) => drawn(each.title));
  const others = ["--s7", "--s6", "--s5", "--s4", "--s3", "--s2"].map(colour);
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const options = {
    width: place.clientWidth,
    height: 320,
    scales: { x: { time: true } },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    fmtDate: (template) => uPlot.fmtDate(template, NAMES),
    cursor: { focus: { prox: 24 } },
    focus: { alpha: 0.35 },
    axes: [axis, { ...axis, size: room, values: (_, ticks) => ticks.map((tick) => numbers.format(tick)) }],
    series: [
      { label: told.columns.find((each) => each.name === "period").title, value: (_, at) => named.get(at) ?? "" },
      ...measures.map((each, at) => ({
        label: each.title,
        show: !apart || Boolean(drawn(each.title)), // the others at a click on their name
        stroke: drawn(each.title) ?? others[at % others.length],
        width: 2,
        points: { show: true, size: 5 },
        value: (_, value) => (value == null ? "–" : numbers.format(value)),
      })),
    ],
  };
  const data = [times, ...measures.map((each) => rows.map(([, row]) => row[each.name]))];
  return new uPlot(options, data, place);
}
