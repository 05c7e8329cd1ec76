// What all pages share: words, elements, calls of APIs. The token lives in `token` alone. Whatever an API says is put in
// as text, never as markup: reasons and notes are written by strangers. Each page says what its `signOut` is.
const told = JSON.parse(document.getElementById("told").textContent);
const words = told.words;
const PATIENCE = 30000; // milliseconds
const MOST_LINES = 500; // shown of one table; the API tells them all
// As ISO 8601, like all days here: browsers name no months in Kazakh.
const moment = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Almaty" });
let token = null;

class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const at = (id) => document.getElementById(id);
// The code's name where it has one.
const labelled = (labels, code) => (Object.hasOwn(labels, code) ? labels[code] : code);

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

function button(text, act) {
  const made = element("button", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function time(value) {
  if (!value) return element("span", "—");
  const made = element("time", moment.format(Date.parse(value)));
  made.dateTime = value;
  return made;
}

// Names and values; what has no value is left out.
function details(pairs) {
  const list = element("dl", null);
  for (const [name, value] of pairs) {
    if (value) list.append(element("dt", name), element("dd", value));
  }
  return list;
}

function field(label, input, id) {
  const made = element("label", label);
  input.id = made.htmlFor = id;
  return element("p", null, made, input);
}

// A table in a frame of its own that scrolls: the page never does sideways.
function table(caption, heads, rows) {
  const head = element("tr", null, ...heads.map((text) => {
    const cell = element("th", text);
    cell.scope = "col";
    return cell;
  }));
  const body = rows.map((cells) => element("tr", null, ...cells.map((cell, place) => {
    const made = element(place === 0 ? "th" : "td", null, cell instanceof Node ? cell : String(cell ?? "—"));
    if (place === 0) made.scope = "row";
    return made;
  })));
  const framed = element("div", null, element("table", null, element("caption", caption),
    element("thead", null, head), element("tbody", null, ...body)));
  framed.className = "table";
  framed.tabIndex = 0;
  framed.setAttribute("role", "region");
  framed.setAttribute("aria-label", caption);
  return framed;
}

async function answered(address, options = {}) {
  try {
    return await fetch(address, {
      ...options,
      headers: { Authorization: `Bearer ${token}`, "Accept-Language": told.language, ...options.headers },
      credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer",
      signal: options.signal ?? AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Refused(0, words.unreachable);
  }
}

async function expectGood(answer) {
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => null);
  const why = body && [body.detail || body.title, ...(body.errors || []).map((each) => each.detail)].join(" ");
  throw new Refused(answer.status, String(why || words.trouble.replace("{status}", answer.status)));
}

async function call(address, options) {
  const answer = await expectGood(await answered(address, options));
  const body = await answer.json().catch(() => null);
  if (body === null) throw new Refused(answer.status, words.trouble.replace("{status}", answer.status));
  return body;
}

const send = (address, body, headers = {}) => call(address, {
  method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body),
});

// What happens once however often it is asked for: of the version that was read, under a key of its own.
const once = (version) => ({ "If-Match": `"${version}"`, "Idempotency-Key": chance() });

// What went wrong, in words; whoever's token is not taken any more is signed out.
function why(failed) {
  if (!(failed instanceof Refused)) return words.unreachable;
  if (failed.status === 401) {
    signOut();
    return words.signed_out_by_time;
  }
  if (failed.status === 403) return words.refused.replace("{why}", () => failed.message);
  return words.failed.replace("{why}", () => failed.message);
}

// Does something on a button's behalf and says how it went, where `said` is or above everything.
async function act(pressed, work, said = at("said")) {
  pressed.disabled = true;
  said.textContent = words.asking;
  try {
    said.textContent = await work();
  } catch (failed) {
    const sentence = why(failed);
    (token === null ? at("said") : said).textContent = sentence; // signed out by that
  } finally {
    pressed.disabled = false;
  }
}

// Entries page by page: `ask(cursor)` gives {items, next}, `row(item)` an element.
async function listing(content, ask, row) {
  const list = element("ol", null);
  const more = button(words.more, () => act(more, add));
  let next = null;
  let count = 0;
  list.className = "entries";
  async function add() {
    const got = await ask(next ? `cursor=${encodeURIComponent(next)}` : "");
    next = got.next;
    count += got.items.length;
    list.append(...got.items.map(row));
    if (!next && document.activeElement === more) at("shown-title").focus();
    more.hidden = !next;
    return count ? words.count.replace("{count}", count) : words.empty;
  }
  const said = await add();
  content.append(list, more);
  return said;
}
