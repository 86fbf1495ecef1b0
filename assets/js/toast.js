// Short messages: rendered by the server after a redirect, or sent by HX-Trigger: {"toast": {"text", "bad", "undo"}}.
const STAY = 7000;

function arm(toast) {
  let timer = setTimeout(() => toast.remove(), STAY);
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", () => { timer = setTimeout(() => toast.remove(), STAY); });
}

function show({ text, bad = false, undo = "" }) {
  const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  toast.classList.toggle("bad", bad);
  toast.querySelector("[data-toast-text]").textContent = text;
  const form = toast.querySelector("form");
  form.hidden = !undo;
  form.action = undo;
  document.getElementById("toasts").append(toast);
  arm(toast);
}

document.addEventListener("submit", (event) => {
  const toast = event.target.closest("[data-toast]");
  if (!toast) return;
  event.preventDefault();
  htmx.ajax("POST", event.target.getAttribute("action"), { source: document.body, swap: "none" });
  toast.remove();
});
document.addEventListener("toast", (event) => show(event.detail));
document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove());
document.addEventListener("htmx:error", () => show({ text: "That did not reach the server. Check the connection and try again.", bad: true }));
document.querySelectorAll("#toasts [data-toast]").forEach(arm);
