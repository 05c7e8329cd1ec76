// What scripts add to pages that are whole without them: tips at a chart's marks, tables in another order, PNG, copying.

const language = document.documentElement.lang;
const collator = new Intl.Collator(language, { numeric: true });

function addTips(chart) {
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  chart.append(tip);
  for (const title of chart.querySelectorAll("svg title")) {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  }
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const mark = event.target.closest("[data-tip]");
    if (!mark) return hide();
    tip.hidden = false;
    tip.textContent = mark.dataset.tip;
    const box = chart.getBoundingClientRect();
    const left = event.clientX - box.left + 12;
    tip.style.left = `${Math.max(0, Math.min(left, box.width - tip.offsetWidth))}px`;
    tip.style.top = `${event.clientY - box.top - tip.offsetHeight - 12}px`;
  };
  chart.addEventListener("pointermove", show);
  chart.addEventListener("pointerdown", show);
  chart.addEventListener("pointerleave", hide);
}

// A number as the page writes it; NaN where a cell holds none.
function amount(text) {
  const plain = text.split(" ±")[0].replace(/[\s\u00a0\u202f%]/g, "").replace("\u2212", "-");
  return Number((language === "en" ? plain.replaceAll(",", "") : plain.replace(",", ".")) || NaN);
}

function sortable(table) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const place = new Map(original.map((row, at) => [row, at]));
  const heads = [...table.tHead.rows[0].cells].slice(0, -1);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "none" || !head.hasAttribute("aria-sort");
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const cell = (row) => row.cells[column].textContent.trim();
      const compare = (a, b) => {
        const [x, y] = [amount(cell(a)), amount(cell(b))];
        if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
        if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? -1 : 1;
        return collator.compare(cell(a), cell(b)) || place.get(a) - place.get(b);
      };
      body.append(...original.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b))));
    });
  });
}

// The chart as it is shown in its own file, drawn on a canvas at twice its size.
function addPng(svg) {
  const link = document.createElement("a");
  link.href = svg.href;
  link.download = svg.download.replace(/svg$/, "png");
  link.textContent = svg.textContent.replace("SVG", "PNG");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const image = new Image();
    image.src = svg.href;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = document.createElement("a");
    made.href = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/png")));
    made.download = link.download;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 10000);
  });
  svg.after(link);
}

function addCopy(pre) {
  const button = document.createElement("button");
  const { copy, copied } = pre.closest("[data-copy]").dataset;
  button.textContent = copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = copied;
  });
  pre.after(button);
}

// A chart with a cursor and a zoom, fetched only when it is asked for.
function addExplore(chart) {
  const { explore, style, json, text } = chart.dataset;
  const button = document.createElement("button");
  button.textContent = text;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = style;
    document.head.append(sheet);
    const place = document.createElement("div");
    place.className = "explored";
    button.replaceWith(place);
    const module = await import(explore);
    if (!(await module.explore(place, json, language))) place.remove();
  });
  chart.after(button);
}

document.querySelectorAll(".chart").forEach(addTips);
document.querySelectorAll(".chart[data-explore]").forEach(addExplore);
document.querySelectorAll("main table").forEach(sortable);
document.querySelectorAll('.files a[download$=".svg"]').forEach(addPng);
if (navigator.clipboard) document.querySelectorAll("[data-copy] pre").forEach(addCopy);
