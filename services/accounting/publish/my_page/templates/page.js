"use strict";
// Brings together what the five services tell the person. The token lives in `token` alone. Whatever a service says is
// put in as text, never as markup: reasons are written by strangers.
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const words = told.words;
  const at = (id) => document.getElementById(id);
  const PATIENCE = 15000; // milliseconds
  const moment = new Intl.DateTimeFormat(told.language, {
    year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Almaty",
  });
  let token = null;
  let asked = 0; // which question the answers belong to: late ones of an earlier question are dropped
  let busy = false;
  let sources = [];

  class Refused extends Error {
    constructor(status, message) {
      super(message);
      this.status = status;
    }
  }

  async function call(service, path, options = {}) {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), PATIENCE);
    try {
      const answer = await fetch(service.address + path, {
        ...options,
        headers: { Authorization: `Bearer ${token}`, "Accept-Language": told.language, ...options.headers },
        credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer", signal: waiting.signal,
      });
      const body = await answer.json().catch(() => null);
      if (!answer.ok || body === null) {
        const why = body && (body.detail || body.title);
        throw new Refused(answer.status, String(why || words.trouble.replace("{status}", answer.status)));
      }
      return body;
    } catch (failed) {
      throw failed instanceof Refused ? failed : new Refused(0, words.unreachable);
    } finally {
      clearTimeout(timer);
    }
  }

  async function page(source) {
    const cursor = source.next ? `?cursor=${encodeURIComponent(source.next)}` : "";
    const got = await call(source.service, `/v1/me/access-log${cursor}`);
    source.uses.push(...got.usage.map((use) => ({ ...use, at: Date.parse(use.logtime), service: source.service })));
    source.next = got.next;
  }

  async function first(source) {
    if (source.service.address === null) throw new Refused(0, words.unset);
    await page(source);
    if (source.service.passes_on) source.passed = (await call(source.service, "/v1/me/access-log/passed-on")).passed_on;
    if (source.service.finds) source.findings = await found(source.service);
  }

  async function found(service) {
    const all = [];
    let next = null;
    do {
      const cursor = next ? `?cursor=${encodeURIComponent(next)}` : "";
      const got = await call(service, `/v1/me/violations${cursor}`);
      all.push(...got.findings);
      next = got.next;
    } while (next);
    return all;
  }

  async function each(some, work, show) {
    const question = ++asked;
    busy = true;
    at("said").textContent = words.asking;
    await Promise.all(some.map(async (source) => {
      source.failed = null;
      try {
        await work(source);
      } catch (failed) {
        source.failed = failed instanceof Refused ? failed : new Refused(0, words.unreachable);
      }
    }));
    if (question !== asked) return;
    busy = false;
    show();
  }

  // Newest first. Of a service that has earlier uses to tell, nothing older than its last one is shown of any other.
  function merged() {
    const ends = sources.filter((source) => source.next).map((source) => source.uses[source.uses.length - 1].at);
    const horizon = Math.max(...ends, -Infinity);
    return sources.flatMap((source) => source.uses).filter((use) => use.at >= horizon).sort((a, b) => b.at - a.at);
  }

  function element(name, text, ...children) {
    const made = document.createElement(name);
    if (text !== null) made.textContent = text;
    made.append(...children);
    return made;
  }

  function details(pairs) {
    const list = element("dl", null);
    for (const [name, value] of pairs) {
      if (value) list.append(element("dt", name), element("dd", value));
    }
    return list;
  }

  const labelled = (labels, code) => (Object.hasOwn(labels, code) ? labels[code] : code);

  function useShown(use) {
    const time = element("time", moment.format(use.at));
    time.dateTime = use.logtime;
    return element("li", null, time, element("h3", `${use.action}: ${labelled(told.kinds, use.record_kind)}`), details([
      [words.receiver, labelled(told.agencies, use.receiver)],
      [words.roles_title, use.roles.map((role) => labelled(told.roles, role)).join(", ")],
      [words.reason, use.reason],
      [words.service, use.service.label],
      [words.record, use.record_id],
    ]));
  }

  function passedShown(passed) {
    return element("li", null, element("h3", labelled(told.kinds, passed.record_kind)), details([
      [words.receiver, labelled(told.labels, passed.receiver)],
      [words.purpose, passed.purpose],
      [words.since, passed.since],
      [words.members, passed.members.join(", ")],
    ]));
  }

  function findingShown(finding, source) {
    const { record, id, version } = finding.violation;
    const shown = element("li", null, element("h3", labelled(told.kinds, "violation")), details([
      [words.state, words[finding.state]],
      [words.since, record.since],
      [words.found_on, record.found_on],
      [words.article, record.article],
      [words.rule, ((finding.stay && finding.stay.checks) || []).map((check) => check.explanation).join(" ")],
      [words.answer_due, finding.answer_due],
      [words.record, id],
    ]));
    if (finding.state === "finding") shown.append(contestForm(source, id, version, finding.how_to_contest));
    return shown;
  }

  function contestForm(source, id, version, how) {
    const form = element("form", null);
    const label = element("label", words.contest_reason);
    const reason = element("textarea", null);
    const said = element("p", "");
    reason.id = label.htmlFor = `reason-${id}`;
    reason.required = true;
    reason.rows = 3;
    reason.maxLength = 200;
    said.setAttribute("role", "status");
    const key = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
    form.append(element("h4", words.how_to_contest), element("p", words.contest_note), element("p", how), label, reason,
      element("button", words.contest), said);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const headers = { "Content-Type": "application/json", "If-Match": `"${version}"`, "Idempotency-Key": key };
      try {
        await call(source.service, `/v1/me/violations/${encodeURIComponent(id)}:contest`, {
          method: "POST", headers, body: JSON.stringify({ reason: reason.value }),
        });
        form.replaceChildren(said);
        said.textContent = words.contest_done;
      } catch (failed) {
        said.textContent = words.contest_failed.replace("{why}", () => failed.message);
      }
    });
    return form;
  }

  function fill(id, shown) {
    const section = at(id);
    section.querySelector(".entries").replaceChildren(...shown);
    section.querySelector(".empty").hidden = shown.length > 0 || sources.some((source) => source.failed);
    for (const note of section.querySelectorAll(".note")) note.hidden = shown.length === 0;
  }

  function showAll() {
    const failed = sources.map((source) => source.failed).filter(Boolean);
    if (failed.length === sources.length && failed.some((why) => why.status === 401)) {
      forget(words.refused_token);
      at("token").focus();
      return;
    }
    fill("findings", sources.flatMap((source) => source.findings.map((found) => findingShown(found, source))));
    fill("passed", sources.flatMap((source) => source.passed.map(passedShown)));
    at("found").hidden = false;
    at("forget").hidden = false;
    showUses();
  }

  // By itself after more uses came: an objection that is being written stays.
  function showUses() {
    const failed = sources.filter((source) => source.failed);
    at("silent").hidden = failed.length === 0;
    at("silent").querySelector("ul").replaceChildren(
      ...failed.map((source) => element("li", `${source.service.label}: ${source.failed.message}`)));
    const uses = merged();
    fill("uses", uses.map(useShown));
    at("said").textContent = words.count.replace("{count}", uses.length);
    const ended = !sources.some((source) => source.next);
    if (ended && document.activeElement === at("more")) at("uses-title").focus();
    at("more").hidden = ended;
  }

  function forget(why) {
    asked += 1;
    busy = false;
    token = null;
    sources = [];
    at("token").value = "";
    at("found").hidden = true;
    at("forget").hidden = true;
    for (const list of document.querySelectorAll("#found ul, #found ol")) list.replaceChildren();
    at("said").textContent = why;
  }

  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const given = at("token").value.trim().replace(/^Bearer\s+/i, "");
    at("token").value = "";
    if (!/^[A-Za-z0-9._~+/=-]+$/.test(given)) {
      forget(words.bad_token);
      at("token").focus();
      return;
    }
    forget("");
    token = given;
    sources = told.services.map((service) => ({
      service, uses: [], next: null, passed: [], findings: [], failed: null,
    }));
    each(sources, first, showAll);
  });
  at("forget").addEventListener("click", () => {
    forget(words.forgotten);
    at("token").focus();
  });
  at("more").addEventListener("click", () => {
    if (!busy) each(sources.filter((source) => source.next), page, showUses);
  });
  addEventListener("pagehide", () => forget("")); // the way back shows nothing either
})();
