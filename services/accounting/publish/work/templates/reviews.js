// Match review: doubts about identity, two claims side by side, and a reviewer's word on them.
const REASONS = {
  same: ["documents_seen", "name_changed", "spelling", "entry_error", "two_iins_of_one"],
  apart: ["relatives", "namesakes", "number_mistyped", "documents_seen"],
  withdrawn: ["said_in_error", "new_evidence"],
};

pages.reviews = (content) => {
  const beside = element("div", null);
  content.append(element("p", words.reviews.lead), beside);
  return listing(content, async (query) => call(`/v1/reviews?limit=20&${query}`), (doubt) => {
    const open = button(words.reviews.compare, () => act(open, () => compare(beside, doubt.id)));
    open.setAttribute("aria-label", `${words.reviews.compare}: ${doubt.id}`);
    return element("li", null, element("h3", labelled(words.reviews.doubts, doubt.reason)),
      element("p", null, time(doubt.found_at)), element("p", doubt.records.join(", ")), open);
  });
};

async function compare(beside, id) {
  const pair = await call(`/v1/reviews/${encodeURIComponent(id)}`);
  const [one, other] = pair.sides;
  const row = (label, value) => [label, value(one), value(other)];
  const title = element("h3", words.reviews.pair);
  title.tabIndex = -1;
  const against = pair.why.length ? pair.why.map((each) => labelled(words.reviews.differences, each)) : [words.reviews.nothing];
  beside.replaceChildren(title,
    table(words.reviews.pair, [words.reviews.what, words.reviews.one, words.reviews.other], [
      row(words.reviews.kind, (side) => labelled(words.reviews.kinds, side.kind)),
      row(words.reviews.number, (side) => side.number),
      row(words.reviews.birth_date, (side) => side.birth_date),
      row(words.reviews.sex, (side) => side.sex),
      row(words.reviews.person, (side) => side.person),
      row(words.reviews.records, (side) => element("ul", null, ...side.records.map((each) =>
        element("li", [each.day, each.source, each.fact, each.source_id, each.citizenship].filter(Boolean).join(" · "))))),
    ]),
    element("h4", words.reviews.counted),
    element("p", labelled(words.reviews.counted_as, String(pair.one_person))),
    element("h4", words.reviews.why), element("ul", null, ...against.map((each) => element("li", each))),
    element("h4", words.reviews.words), wordsShown(pair.words), wordForm(beside, id));
  title.focus();
  return words.reviews.compared;
}

function wordsShown(said) {
  if (said.length === 0) return element("p", words.reviews.no_words);
  return element("ul", null, ...said.map((each) => element("li", null, time(each.said_at), " ",
    [labelled(words.reviews.verdicts, each.verdict), labelled(words.reviews.reasons, each.reason), each.note, each.agency,
      each.taken ? words.reviews.taken : words.reviews.not_taken].filter(Boolean).join(" · "))));
}

const options = (labels, codes) => codes.map((code) => {
  const made = element("option", labelled(labels, code));
  made.value = code;
  return made;
});

function wordForm(beside, id) {
  const verdict = element("select", null, ...options(words.reviews.verdicts, Object.keys(REASONS)));
  const reason = element("select", null);
  const note = element("input", null);
  const say = element("button", words.reviews.say);
  note.maxLength = 200;
  const refill = () => reason.replaceChildren(...options(words.reviews.reasons, REASONS[verdict.value]));
  refill();
  verdict.addEventListener("change", refill);
  const form = element("form", null, field(words.reviews.verdict, verdict, "verdict"), field(words.reviews.reason, reason, "reason"),
    field(words.reviews.note, note, "note"), say);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(say, async () => {
      const body = { verdict: verdict.value, reason: reason.value };
      if (note.value.trim()) body.note = note.value.trim();
      await send(`/v1/reviews/${encodeURIComponent(id)}/words`, body);
      await compare(beside, id);
      return words.reviews.said;
    });
  });
  return form;
}
