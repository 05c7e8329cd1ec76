// Who used the person's records, from all services by time, and to whom their records are passed on as a rule.
async function moreUses(source) {
  const cursor = source.nextUse ? `?cursor=${encodeURIComponent(source.nextUse)}` : "";
  const got = await call(`${source.service.address}/v1/me/access-log${cursor}`);
  source.uses.push(...got.usage.map((use) => ({ ...use, at: Date.parse(use.logtime), service: source.service })));
  source.nextUse = got.next;
}

// Newest first. Of a service that has earlier uses to tell, nothing older than its last one is shown of any other.
function merged() {
  const ends = sources.filter((source) => source.nextUse).map((source) => source.uses[source.uses.length - 1].at);
  const horizon = Math.max(...ends, -Infinity);
  return sources.flatMap((source) => source.uses).filter((use) => use.at >= horizon).sort((a, b) => b.at - a.at);
}

function useShown(use) {
  return element("li", null, time(use.logtime), element("h3", `${use.action}: ${labelled(words.kinds, use.record_kind)}`), details([
    [words.receiver, labelled(told.agencies, use.receiver)],
    [words.roles_title, use.roles.map((role) => labelled(words.roles, role)).join(", ")],
    [words.reason, use.reason],
    [words.service, use.service.label],
    [words.record, use.record_id],
  ]));
}

function passedShown(passed) {
  return element("li", null, element("h3", labelled(words.kinds, passed.record_kind)), details([
    [words.receiver, labelled(words.services, passed.receiver)],
    [words.purpose, passed.purpose],
    [words.since, passed.since],
    [words.members, passed.members.map(memberShown).join("; ")],
  ]));
}

// By itself after more uses came: an objection that is being written stays.
function showUses() {
  const failed = sources.filter((source) => source.failed);
  at("silent").hidden = failed.length === 0;
  at("silent").querySelector("ul").replaceChildren(
    ...failed.map((source) => element("li", `${source.service.label}: ${source.failed.message}`)));
  const uses = merged();
  fill("uses", uses.map(useShown), failed.length === 0);
  at("said").textContent = words.uses_count.replace("{count}", uses.length);
  const ended = !sources.some((source) => source.nextUse);
  if (ended && document.activeElement === at("more")) at("uses-title").focus();
  at("more").hidden = ended;
}
