// The editor of a partial: says what is wrong with what is typed a moment after the last change, and who leaves is asked first.
import { showFindings } from "./findings.js";

const PATIENCE = 350;
const form = document.querySelector("[data-partial]");
const typed = () => new URLSearchParams(new FormData(form)).toString();
const found = typed();
let asking = null;
let timer = 0;
let leaving = false;

async function check() {
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: asking.signal, headers: { accept: "application/json" } });
    if (answer.ok) showFindings(form, (await answer.json()).findings);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(check, PATIENCE);
});
form.addEventListener("submit", () => {
  leaving = true;
});
addEventListener("beforeunload", (event) => {
  if (!leaving && typed() !== found) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  form.requestSubmit();
});
