// What was found against the person: what runs of the portal found, which can be contested here, and what officers and
// courts decided, as the records say it.
const DECIDED = ["violation", "expulsion", "entry_ban"];

async function findingsOf(service) {
  const all = [];
  let next = null;
  do {
    const cursor = next ? `?cursor=${encodeURIComponent(next)}` : "";
    const got = await call(`${service.address}${service.findings}${cursor}`);
    all.push(...got.findings);
    next = got.next;
  } while (next);
  return all;
}

function findingsShown(source) {
  const found = new Set(source.findings.map((finding) => finding.violation?.id));
  const decided = source.records.filter((held) => DECIDED.includes(held.record_kind) && !held.withdrawn && !found.has(held.id));
  const shown = source.findings.map((finding) => (finding.violation ? violationShown : leavingShown)(finding, source.service));
  return [...shown, ...decided.map(recordShown)];
}

const explained = (checks) => (checks || []).map((check) => `${check.explanation} (${check.basis})`).join(" ");

function violationShown(finding, service) {
  const { record, id, version } = finding.violation;
  const stay = finding.stay || {};
  const shown = element("li", null, element("h3", `${words.kinds.violation}: ${labelled(words.violations, record.violation)}`), details([
    [words.state, words.states[finding.state]],
    [words.since, record.since],
    [words.found_on, record.found_on],
    [words.region, record.region && valueShown("region", record.region)],
    [words.article, record.article],
    [words.right, stay.right && labelled(words.rights, stay.right)],
    [words.rule, explained(stay.checks)],
    [words.answer_due, finding.answer_due],
    [words.record, id],
  ]));
  if (finding.state === "finding") shown.append(contestForm(service, id, version, finding.how_to_contest));
  return shown;
}

function leavingShown(finding, service) {
  const { id, version, state } = finding;
  const shown = element("li", null, element("h3", words.kinds.leaving_finding), details([
    [words.state, words.states[state]],
    [words.since, finding.left_on],
    [words.found_on, finding.found_on],
    [words.country, valueShown("country", finding.country)],
    [words.rule, finding.check && explained([finding.check])],
    [words.record, id],
  ]));
  if (state === "finding") shown.append(contestForm(service, id, version, words.leaving_contest));
  return shown;
}

function contestForm(service, id, version, how) {
  const reason = element("textarea", null);
  const press = element("button", words.contest);
  const said = element("p", "");
  const headers = once(version);
  Object.assign(reason, { required: true, rows: 3, maxLength: 200 });
  said.setAttribute("role", "status");
  const form = element("form", null, element("h4", words.how_to_contest), element("p", how),
    field(words.contest_reason, reason, `reason-${id}`), press, said);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(press, async () => {
      await send(`${service.address}${service.findings}/${encodeURIComponent(id)}:contest`, { reason: reason.value }, headers);
      form.replaceChildren(said);
      return words.contest_done;
    }, said);
  });
  return form;
}
