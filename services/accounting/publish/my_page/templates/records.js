// What each register holds of the person, what was recorded last first; a part of it at a time.
async function moreRecords(source) {
  const cursor = source.nextRecord ? `&cursor=${encodeURIComponent(source.nextRecord)}` : "";
  const got = await call(`${source.service.address}/v1/me/records?limit=1000${cursor}`);
  source.records.push(...got.records);
  source.nextRecord = got.next;
}

function recordsShown(source) {
  const list = element("ol", null, ...source.records.map(recordShown));
  const more = button(words.more, () => act(more, async () => {
    const before = source.records.length;
    await moreRecords(source);
    list.append(...source.records.slice(before).map(recordShown));
    more.hidden = !source.nextRecord;
    return words.records_count.replace("{count}", source.records.length);
  }));
  list.className = "entries";
  more.hidden = !source.nextRecord;
  return element("div", null, element("h3", source.service.label), list, more);
}

function recordShown(held) {
  const state = held.withdrawn ? words.withdrawn : held.version > 1 ? words.changed : null;
  const shown = element("li", null, element("h4", labelled(words.kinds, held.record_kind)), details([
    [words.day, held.day],
    [words.state, state],
    [words.changed_because, held.reason],
  ]));
  shown.append(element("details", null, element("summary", words.whole),
    details([...membersOf(held.record), [words.record, held.id]])));
  return shown;
}

const memberShown = (path) => path.split(".").filter((name) => name !== "person").map((name) =>
  labelled(told.members, name)).join(": ");

// Names and values of a record's members, the inner ones of others named by their way.
function membersOf(value, path = "") {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.some((each) => each instanceof Object)) return value.flatMap((each) => membersOf(each, path));
  if (!Array.isArray(value) && value instanceof Object) {
    return Object.entries(value).flatMap(([name, inner]) => membersOf(inner, path ? `${path}.${name}` : name));
  }
  const name = path.slice(path.lastIndexOf(".") + 1);
  return [[memberShown(path), [value].flat().map((each) => valueShown(name, each)).join(", ")]];
}

function valueShown(member, value) {
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return labelled(told.codes[told.coded[member]] || {}, String(value));
}
