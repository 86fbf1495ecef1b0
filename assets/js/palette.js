// Ctrl/Cmd K: one box to find a customer, an order or a page; arrows move, Enter opens. "/" goes to the list's own search.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input");
const options = () => [...palette.querySelectorAll("[role=option]")];

function open() {
  if (palette.open) return;
  input.value = "";
  palette.showModal();
  input.focus();
  htmx.trigger(input, "open");
}

function choose(index) {
  const all = options();
  all.forEach((option, at) => {
    option.setAttribute("aria-selected", String(at === index));
    option.id = `option-${at}`;
  });
  const chosen = all[index];
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
  else input.removeAttribute("aria-activedescendant");
}

function move(event) {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose((at + 1) % all.length);
  else if (event.key === "ArrowUp") choose((at - 1 + all.length) % all.length);
  else if (event.key === "Enter" && all.length) location.assign(all[Math.max(at, 0)].href);
  else return;
  event.preventDefault();
}

function typing(target) {
  return target.closest?.("input, textarea, select, [contenteditable]");
}

if (palette) {
  input.addEventListener("keydown", move);
  palette.addEventListener("htmx:after:swap", () => choose(0));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    } else if (event.key === "/" && !typing(event.target)) {
      const box = document.querySelector("[data-slash]");
      if (!box) return;
      event.preventDefault();
      box.focus();
    }
  });
}
