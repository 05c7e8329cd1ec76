// Reconciliation: what each register holds against what was counted, by day, down to the record. Lines of JSON come while
// the registers are asked; days that agree are only counted.
pages.reconciliation = (content) => {
  const text = (name, type) => {
    const input = element("input", null);
    input.type = type;
    return field(words.reconciliation[name], input, name);
  };
  const results = element("div", null);
  const ask = element("button", words.reconciliation.ask);
  const form = element("form", null, text("source", "text"), text("from", "date"), text("until", "date"), ask);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams();
    for (const name of ["source", "from", "until"]) {
      const value = form.querySelector(`#${name}`).value.trim();
      if (value) query.set(name, value);
    }
    act(ask, () => reconciled(results, query));
  });
  content.append(element("p", words.reconciliation.lead), form, results);
  return words.reconciliation.ready;
};

async function reconciled(results, query) {
  const answer = await expectGood(await answered(`/v1/reconciliation?${query}`, { signal: AbortSignal.timeout(600000) }));
  const lines = (await answer.text().catch(() => {
    throw new Refused(0, words.unreachable);
  })).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const said = words.reconciliation;
  const sources = lines.filter((line) => line.line === "source");
  const records = lines.filter((line) => line.line === "record");
  const days = lines.filter((line) => line.line === "day");
  const differing = days.filter((day) => day.held !== day.counted + day.superseded);
  results.replaceChildren(
    table(said.sources, [said.source, said.state, said.read], sources.map((each) => [
      each.source, [labelled(said.states, each.state), each.detail].filter(Boolean).join(": "), each.read,
    ])),
    table(said.days, [said.day, said.source, said.fact, said.held, said.counted, said.superseded, said.rejected, said.missing],
      differing.slice(0, MOST_LINES).map((each) => [
        each.day, each.source, each.fact, each.held, each.counted, each.superseded, each.rejected, each.missing,
      ])),
    table(said.records, [said.record, said.source, said.fact, said.what, said.detail], records.slice(0, MOST_LINES).map((each) => [
      each.source_id, each.source, each.fact, labelled(said.whats, each.what), each.detail,
    ])),
  );
  return said.done.replace("{days}", days.length).replace("{differing}", differing.length).replace("{records}", records.length);
}
