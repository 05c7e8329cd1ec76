// Feeds and lag: how far each register was read.
pages.status = async (content) => {
  const found = await call("/v1/status");
  const heads = ["source", "state", "newest", "pending", "counted", "rejected", "skipped"];
  content.append(
    element("p", found.settled ? words.status.settled : words.status.unsettled),
    table(words.status.table, heads.map((name) => words.status[name]), found.sources.map((each) => [
      each.source, [labelled(words.status.states, each.state), each.detail].filter(Boolean).join(": "), time(each.newest),
      each.pending, each.counted, each.rejected, each.skipped,
    ])),
    element("p", words.status.covered.replace("{from}", found.register_start || "—").replace("{until}", found.obs_end || "—")),
  );
  return words.status.read.replace("{time}", moment.format(Date.now()));
};
