// Keeps a draft: a moment after the last change, at once when asked, and never over somebody else's newer one.
const PATIENCE = 1200;

// `address` is where it is posted to, `version` what was read, `state` where it is said, `done` is told what came of it.
export function saver({ address, version, state, done = () => {} }, values) {
  let kept = "";
  let timer = 0;
  let running = null;
  let refused = false;
  const present = () => JSON.stringify(values());

  function say(words, tone = "") {
    state.textContent = words;
    state.className = `save-state ${tone}`;
  }

  async function send() {
    const given = present();
    if (given === kept || refused) return;
    say("Saving…");
    const body = new URLSearchParams({ ...JSON.parse(given), version });
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { accept: "application/json" } });
      const told = await answer.json().catch(() => ({}));
      if (!answer.ok || told.problem) {
        refused = Boolean(told.stale);
        return say(told.problem ?? "Not saved: the server refused it", "bad");
      }
      version = told.version;
      kept = given;
      say("Saved", "good");
      done(told);
    } catch {
      say("Not saved: no connection", "bad");
    }
  }

  async function now() {
    clearTimeout(timer);
    await running;
    running = send();
    await running;
    running = null;
  }

  function later() {
    if (present() === kept) return;
    say("Changed");
    clearTimeout(timer);
    timer = setTimeout(now, PATIENCE);
  }

  addEventListener("beforeunload", (event) => {
    if (kept && present() !== kept) event.preventDefault();
  });

  return {
    now,
    later,
    pending: () => present() !== kept,
    start() {
      kept = present();
      say("All changes are saved");
    },
  };
}
