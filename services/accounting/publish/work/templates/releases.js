// Releases, and what moved between one and the one before, by cause.
pages.releases = async (content) => {
  const found = await call("/v1/releases");
  const beside = element("div", null);
  content.append(beside, table(words.releases.table, ["id", "cut_at", "covered", "reason", "method", "differences"].map(
    (name) => words.releases[name]), found.map((each) => {
    const open = button(words.releases.compare, () => act(open, () => differences(beside, each.id)));
    open.setAttribute("aria-label", `${words.releases.compare}: ${each.id}`);
    return [each.id, time(each.cut_at), each.covered_through, each.reason && labelled(words.releases.reasons, each.reason),
      each.method_version, open];
  })));
  return found.length ? words.count.replace("{count}", found.length) : words.empty;
};

async function differences(beside, id) {
  const found = await call(`/v1/releases/${id}/differences`);
  const said = words.releases;
  const causes = (parts) => (parts === null ? said.no_causes
    : parts.map((part) => `${labelled(said.causes, part.cause)}: ${part.value}`).join("; "));
  const title = element("h3", said.between.replace("{since}", found.since).replace("{id}", found.id));
  title.tabIndex = -1;
  beside.replaceChildren(title, table(title.textContent, [said.figure, said.period, said.before, said.after, said.by],
    found.figures.slice(0, MOST_LINES).map((each) => [`${each.flow}/${each.key}`, each.period, each.before, each.after, causes(each.causes)])));
  title.focus();
  return words.count.replace("{count}", Math.min(found.figures.length, MOST_LINES));
}
