// The editor of a template: keeps the draft, asks for the preview a moment after the last change, shows what is wrong where it is.
import { saver } from "./mail_saver.js";
import { showFindings } from "./findings.js";

const PATIENCE = 350;
const form = document.querySelector("[data-editor]");
const stage = document.querySelector("[data-stage]");
const frame = document.querySelector("[data-frame]");
let customer = "";
let asking = null;
let timer = 0;
let mail = "";
let dark = false;
let focused = null;

const values = () => Object.fromEntries([...new FormData(form).entries()].filter(([name]) => name !== "version"));
const saving = saver({ address: form.dataset.save, version: form.dataset.version, state: document.querySelector("[data-state]"), done: kept }, values);

function kept({ version, status }) {
  document.querySelectorAll("form [name=version]").forEach((one) => { one.value = version; });
  document.querySelector("[data-status]").textContent = status;
}

// The mail goes into a page of its own that runs no script. Its dark styles apply when asked for; a mail that has none is turned
// over, as mail programs do.
const OVER = "html{filter:invert(1) hue-rotate(180deg);background:#fff}img,video{filter:invert(1) hue-rotate(180deg)}";

function draw() {
  const page = frame?.contentDocument;
  if (!page?.documentElement || page.URL === "about:blank") return;
  const { scrollTop } = page.documentElement;
  page.documentElement.innerHTML = mail;
  if (dark) {
    const own = [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.media?.mediaText.includes("prefers-color-scheme: dark"));
    for (const rule of own) rule.media.mediaText = "all";
    if (!own.length) page.head.append(Object.assign(page.createElement("style"), { textContent: OVER }));
  }
  page.documentElement.scrollTop = scrollTop;
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  stage.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams({ ...values(), customer }), signal: asking.signal, headers: { accept: "application/json" } });
    const told = await answer.json();
    stage.querySelector("[data-shown]").innerHTML = told.html;
    mail = told.mail;
    if (frame) frame.hidden = !mail;
    draw();
    showFindings(form, told.findings);
    stage.setAttribute("aria-busy", "false");
  } catch (error) {
    if (error.name === "AbortError") return;
    stage.setAttribute("aria-busy", "false");
    stage.querySelector("[data-shown]").textContent = "The preview did not come. It is asked for again with the next change.";
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, PATIENCE);
}

form.addEventListener("input", () => {
  soon();
  saving.later();
});
form.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-insertable]")) focused = event.target;
});

document.addEventListener("click", (event) => {
  const press = (name) => event.target.closest(`[data-${name}]`);
  const insert = press("insert") ?? press("code");
  const width = press("width");
  if (insert) {
    const field = focused ?? form.querySelector("[data-insertable]");
    field.setRangeText(insert.dataset.code ?? `{{ ${insert.dataset.insert} }}`, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (width) {
    frame.classList.toggle("phone", width.dataset.width === "phone");
    for (const one of document.querySelectorAll("[data-width]")) one.setAttribute("aria-pressed", String(one === width));
  } else if (press("dark")) {
    dark = !dark;
    press("dark").setAttribute("aria-pressed", String(dark));
    draw();
  } else if (press("customer")) choose(press("customer").dataset.customer, press("customer").dataset.name);
});

const who = document.querySelector("[data-who]");
const list = document.getElementById("who-list");
function choose(id, name) {
  customer = id;
  who.value = name;
  list.replaceChildren();
  who.setAttribute("aria-expanded", "false");
  document.querySelectorAll("[data-test-customer]").forEach((one) => { one.value = id; });
  ask();
}

who?.addEventListener("input", () => {
  who.setAttribute("aria-expanded", "true");
  if (customer && !who.value) choose("", "");
});
who?.addEventListener("keydown", (event) => {
  const options = [...list.querySelectorAll("[role=option]")];
  if (event.key === "ArrowDown" && options.length) options[0].focus();
  else if (event.key === "Enter" && options.length) options[0].click();
  else if (event.key === "Escape") list.replaceChildren();
  else return;
  event.preventDefault();
});
list?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (!step) return;
  event.preventDefault();
  (event.target[step] ?? who).focus();
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  saving.now();
});

// What is about the draft is done to the draft as it stands: it is kept first.
document.addEventListener("click", async (event) => {
  const leave = event.target.closest("a[data-leave], .tabs a, .pills a");
  if (leave && saving.pending() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    await saving.now();
    location.assign(leave.href);
  }
  if (event.target.closest("[data-dialog=publish]")) {
    await saving.now();
    const body = document.querySelector("[data-publish]");
    htmx.ajax("GET", body.dataset.publish, { target: body, swap: "innerHTML" });
  }
  if (event.target.closest("[data-dialog=test], [data-dialog=lint]")) await saving.now();
});
document.addEventListener("htmx:after:request", (event) => {
  if (event.target.matches?.("#test form")) document.getElementById("test").close();
});

saving.start();
frame?.addEventListener("load", draw);
ask();
