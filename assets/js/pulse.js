// <div data-pulse="5" hx-trigger="pulse"> refreshes every five seconds, but only while somebody looks at it.
const TICK = 1000;
const last = new WeakMap();

setInterval(() => {
  if (document.hidden) return;
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-pulse]")) {
    const since = last.get(element) ?? now;
    if (!last.has(element)) last.set(element, now);
    if (now - since < Number(element.dataset.pulse) * 1000 - TICK / 2) continue;
    last.set(element, now);
    htmx.trigger(element, "pulse");
  }
}, TICK);
