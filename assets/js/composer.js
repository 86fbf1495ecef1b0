// <form data-composer="/console/campaigns/cmp_…">: saves itself a moment after each change, one save after the other, shows what the
// server says of it, and never writes over what somebody else saved meanwhile without asking.
import { preview } from "./composer_preview.js";
import { variants } from "./composer_variants.js";
import { choosers, depend, follow, picker } from "./composer_parts.js";

const PATIENCE = 700;
const RETRY = 4000;

const form = document.querySelector("[data-composer]");
const path = form.dataset.composer;
const said = form.querySelector("[data-saved]");
const conflict = document.getElementById("conflict");
const keys = { reach: "", message: "" };
let timer = 0;
let saving = false;
let waiting = null;
let dirty = false;
let counting = null;

const show = preview(form, path);

function say(text, tone = "") {
  said.textContent = text;
  said.dataset.tone = tone;
}

// A piece that somebody is typing into stays as it is until they leave it.
function draw(pieces) {
  for (const [id, html] of Object.entries(pieces)) {
    const piece = document.getElementById(id);
    if (!piece || piece.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
    const open = [...piece.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    const held = piece.contains(document.activeElement) ? [...piece.querySelectorAll("button, a")].indexOf(document.activeElement) : -1;
    // What belongs to another form, such as a test's address, is not in what was saved.
    const typed = [...piece.querySelectorAll("input[form]")].map(({ id, value }) => [id, value]);
    piece.innerHTML = html;
    for (const [id, value] of typed) if (document.getElementById(id)) document.getElementById(id).value = value;
    for (const one of piece.querySelectorAll("details")) one.open = open.includes(one.querySelector("summary").textContent);
    if (held >= 0) [...piece.querySelectorAll("button, a")][held]?.focus();
    htmx.process(piece);
  }
  mark();
}

function mark() {
  document.getElementById("reach").removeAttribute("aria-busy");
}

function faults(found) {
  for (const slot of form.querySelectorAll("[data-faults-of]")) {
    const own = found.filter((one) => one.step === slot.dataset.faultsOf);
    slot.hidden = own.length === 0;
    slot.replaceChildren(...own.map(({ detail }) => Object.assign(document.createElement("p"), { className: "error", textContent: detail })));
  }
}

async function count() {
  counting?.abort();
  counting = new AbortController();
  document.getElementById("reach").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${path}/reach`, { signal: counting.signal, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const { pieces, seen = "" } = await answer.json();
    form.elements.seen.value = seen;
    draw(pieces);
  } catch (error) {
    if (error.name === "AbortError") return;
    mark();
    document.getElementById("reach").textContent = "The count did not come. It is asked for again with the next change.";
  }
}

function changed(now) {
  const wanted = { ...now };
  if (wanted.reach !== keys.reach) count();
  if (wanted.message !== keys.message) show();
  Object.assign(keys, wanted);
}

async function send(extra) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const answer = await fetch(`${path}/draft`, { method: "POST", body, headers: { accept: "application/json" } });
  const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (told === null) throw new Error(answer.statusText);
  return { status: answer.status, told };
}

function taken({ status, told }) {
  if (told.conflict) return ask(told);
  if (told.over) {
    location.assign(told.href);
    return;
  }
  if (status === 422) {
    faults(told.faults);
    say("Not saved: see what is marked", "bad");
    return;
  }
  faults([]);
  form.elements.version.value = told.version;
  say(told.saved);
  draw(told.pieces);
  changed(told.keys);
}

// One save at a time; what changes meanwhile is in the next one.
async function save(extra = {}) {
  clearTimeout(timer);
  if (saving) {
    waiting = { ...waiting, ...extra };
    return;
  }
  saving = true;
  dirty = false;
  say("Saving…");
  try {
    taken(await send(extra));
  } catch {
    dirty = true;
    say("Not saved: the server was not reached. Trying again…", "bad");
    timer = setTimeout(() => save(extra), RETRY);
  }
  saving = false;
  if (waiting) {
    const next = waiting;
    waiting = null;
    await save(next);
  }
}

function touch() {
  dirty = true;
  say("Changed");
  clearTimeout(timer);
  timer = setTimeout(save, PATIENCE);
}

function ask({ conflict: text, version }) {
  conflict.querySelector("[data-conflict-text]").textContent = text;
  conflict.dataset.version = version;
  say("Not saved: it was changed elsewhere", "bad");
  if (!conflict.open) conflict.showModal();
}

conflict.addEventListener("click", (event) => {
  if (event.target.closest("[data-conflict-theirs]")) {
    dirty = false;
    location.reload();
  }
  if (event.target.closest("[data-conflict-mine]")) {
    conflict.close();
    form.elements.version.value = conflict.dataset.version;
    save();
  }
});
conflict.addEventListener("cancel", (event) => event.preventDefault());

form.addEventListener("input", (event) => {
  if (event.target.closest("[data-unsaved], [data-chooser-search], [data-preview]") || event.target.form !== form) return;
  if (event.target.closest(".repeat")) form.elements.rule_text?.remove();
  depend(form);
  touch();
});

form.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-save-with]");
  if (!button) return;
  await save({ do: button.dataset.saveWith });
  if (button.dataset.saveWith === "add-to-list") form.elements.members.value = "";
});

// The last button: everything is saved first, and what cannot be taken back is asked about.
form.addEventListener("submit", async (event) => {
  const button = event.submitter;
  event.preventDefault();
  if (!button?.matches("[data-launch]")) return save();
  while (saving || dirty) {
    if (!saving) await save();
    else await new Promise((go) => setTimeout(go, 60));
    if (said.dataset.tone === "bad") return;
  }
  const real = document.createElement("form");
  Object.assign(real, { method: "post", action: button.getAttribute("formaction") });
  if (button.dataset.ask) Object.assign(real.dataset, { confirm: button.dataset.ask, confirmText: button.dataset.text, confirmYes: button.textContent.trim() });
  document.body.append(real);
  real.requestSubmit();
});

addEventListener("beforeunload", (event) => {
  if (dirty || saving) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  save();
});

choosers(form, touch);
picker(form, touch);
variants(form, touch);
follow(form);
depend(form);
changed({ reach: form.dataset.reachKey, message: form.dataset.messageKey });
