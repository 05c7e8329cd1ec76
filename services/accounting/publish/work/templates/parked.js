// Parked events: what could not be taken, taken up again or left out.
pages.parked = (content) => {
  const state = (event) => words.parked[event.skipped_at ? "skipped" : event.resend ? "waits" : "open"];
  content.append(element("p", words.parked.lead));
  return listing(content, (query) => call(`/v1/parked-events?limit=20&${query}`), (event) => {
    const standing = element("p", state(event));
    const order = (verb, said) => {
      const pressed = button(words.parked[verb], () => act(pressed, async () => {
        await call(`/v1/parked-events:${verb}?id=${event.id}`, { method: "POST" });
        standing.textContent = words.parked[said];
        return words.parked.done.replace("{id}", event.id);
      }));
      pressed.setAttribute("aria-label", `${words.parked[verb]}: ${event.id}`);
      return pressed;
    };
    return element("li", null, element("h3", `${event.id}: ${event.source}, ${event.type || words.parked.unread}`),
      element("p", null, time(event.parked_at)), element("p", event.reason), standing,
      order("resend", "waits"), order("skip", "skipped"));
  });
};
