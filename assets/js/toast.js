// Short messages: rendered by the server after a redirect, or sent by HX-Trigger: {"toast": {"text", "bad", "undo"}}.
// `undo` is an address to post to; a page that takes its own deed back gives a function as `act`.
const STAY = 7000;
const acts = new WeakMap();

function arm(toast) {
  let timer = setTimeout(() => toast.remove(), STAY);
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", () => { timer = setTimeout(() => toast.remove(), STAY); });
}

function show({ text, bad = false, undo = "", act = null }) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.toggle("bad", bad);
  toast.querySelector("[data-toast-text]").textContent = text;
  const form = toast.querySelector("form");
  form.hidden = !undo && !act;
  form.action = undo;
  if (act) acts.set(toast, act);
  document.getElementById("toasts").append(toast);
  arm(toast);
}

document.addEventListener("submit", (event) => {
  const toast = event.target.closest("[data-toast]");
  if (!toast) return;
  event.preventDefault();
  const act = acts.get(toast);
  if (act) act();
  else htmx.ajax("POST", event.target.getAttribute("action"), { source: document.body, swap: "none" });
  toast.remove();
});
document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
document.addEventListener("htmx:error", () => show({ text: "That did not reach the server. Check the connection and try again.", bad: true }));
document.querySelectorAll("#toasts [data-toast]").forEach(arm);
