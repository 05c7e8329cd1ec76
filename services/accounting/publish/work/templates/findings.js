// Findings that wait for an officer, at the portal itself: the officer's own token says which of them are theirs.
pages.findings = (content) => {
  if (told.portal === null) throw new Refused(0, words.findings.unset);
  content.append(element("p", words.findings.lead));
  return listing(content, async (query) => {
    const got = await call(`${told.portal}/v1/violations:awaiting?limit=20&${query}`, { method: "POST", headers: stated() });
    return { items: got.findings, next: got.next };
  }, findingShown);
};

// Why an officer asks, as the person reads it; what a header holds is ASCII.
const stated = () => ({ "Kosh-Purpose": encodeURIComponent(words.findings.purpose) });

function findingShown(finding) {
  const { record, id, version, reason } = finding.violation;
  const { person } = record;
  const said = words.findings;
  const stay = finding.stay || { checks: [] };
  const standing = element("p", said.states[finding.state]);
  return element("li", null,
    element("h3", [person.surname, person.given_names].filter(Boolean).join(" ") || labelled(said.violations, record.violation)),
    details([
      [said.violation, labelled(said.violations, record.violation)],
      [said.birth_date, person.birth_date],
      [said.citizenship, labelled(told.countries, person.citizenship)],
      [said.document, person.document && `${person.document.issuing_state} ${person.document.number}`],
      [said.region, record.region && labelled(told.regions, record.region)],
      [said.since, record.since],
      [said.found_on, record.found_on],
      [said.rule, stay.checks.map((check) => `${check.explanation} (${check.basis})`).join(" ")],
      [said.objection, finding.state === "contested" && reason],
      [said.answer_due, finding.answer_due],
      [said.record, id],
    ]), standing, answerForm(standing, id, version));
}

// Confirmed, it is a violation; what is wrong is withdrawn. Either with the reason, which the person reads.
function answerForm(standing, id, version) {
  const reason = element("textarea", null);
  const how = element("p", "");
  const headers = { ...once(version), ...stated() };
  Object.assign(reason, { required: true, rows: 2, maxLength: 200 });
  how.setAttribute("role", "status");
  const presses = ["confirm", "withdraw"].map((verb) => {
    const press = element("button", words.findings[verb]);
    press.value = verb;
    return press;
  });
  const form = element("form", null, field(words.findings.reason, reason, `reason-${id}`), ...presses, how);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const press = event.submitter;
    act(press, async () => {
      await send(`${told.portal}/v1/violations/${encodeURIComponent(id)}:${press.value}`, { reason: reason.value }, headers);
      standing.textContent = words.findings.states[press.value];
      form.replaceChildren(how);
      return words.findings.done;
    }, how);
  });
  return form;
}
